import { existsSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { digest } from '../../digest.ts'
import { ConvecthubError } from '../../errors.ts'
import { quote } from '../../sh.ts'
import { systemReason } from '../../system-error.ts'
import { BUNDLE_SPEC, type BundleSpec, bundleSpecSchema } from '../bundle-spec.ts'
import { yamlFile } from '../yaml-file.ts'

/** What a folder's bundle.yaml asks for. */
export interface WantedBundle {
  spec: BundleSpec
  /** Path of the site's JupyterHub values. */
  values: string | undefined
  /** sha256 of what is asked for, values included; where it is fetched from does not count. */
  sha256: string
}

/**
 * Reads the bundle.yaml of a folder, and the values that it names. Errors: a BUNDLE_YAML for each mistake in either, with
 * its line; one as well when a file is missing.
 */
export function readBundleSpec(folder: string): WantedBundle {
  const path = join(folder, BUNDLE_SPEC)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const missing = !existsSync(path)
    throw new ConvecthubError('BUNDLE_YAML', `${path} cannot be read: ${systemReason(cause)}`, {
      cause,
      hint: missing
        ? `write one, and look through it: convecthub bundle init ${quote(folder)}`
        : `look who may read it: ls -l ${quote(path)}`,
    })
  }
  const file = yamlFile(path, text, { code: 'BUNDLE_YAML', hint: FIELDS })
  const spec = file.as(bundleSpecSchema)
  const values = spec.values && (isAbsolute(spec.values) ? spec.values : join(folder, spec.values))
  if (values !== undefined && !statSync(values, { throwIfNoEntry: false })?.isFile())
    throw file.wrong(
      `values: there is no file ${values}`,
      file.at('values'),
      `a path counts from the folder of ${BUNDLE_SPEC}; correct it, or take the line out`,
    )
  const { mirrors: _, ...asked } = spec
  const texts = [JSON.stringify(asked), values === undefined ? '' : textOf(values)]
  return { spec, values, sha256: digest(texts.join('\n')) }
}

/** The text of the site's values, which must be a mapping, or nothing. */
function textOf(values: string): string {
  const text = readFileSync(values, 'utf8')
  const hint = 'it must hold values for the JupyterHub chart; correct it'
  yamlFile(values, text, { code: 'BUNDLE_YAML', hint }).as(z.record(z.string(), z.unknown()).nullable())
  return text
}

const FIELDS = 'correct it; convecthub help bundle lists the fields'
