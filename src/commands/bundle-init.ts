import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BUNDLE_SPEC, bundleSpecSchema } from '../artifacts/bundle-spec.ts'
import { makeFolder } from '../artifacts/make-folder.ts'
import { bundleSpecText, type SpecWishes } from '../artifacts/pull/bundle-spec-text.ts'
import { ConvecthubError } from '../errors.ts'
import { quote } from '../sh.ts'
import type { VerbResult } from './verb.ts'

const { k3s, helm, chart, registry } = bundleSpecSchema.shape

/** The options that are a version, and what they must look like. */
const VERSIONS = { k3s, helm, chart: chart.shape.version, registry }

/** `bundle init`: writes a bundle.yaml to start from. Errors: FILE_EXISTS, USAGE. */
export async function bundleInitVerb(folder: string, options: SpecWishes): VerbResult {
  const path = join(folder, BUNDLE_SPEC)
  if (existsSync(path))
    throw new ConvecthubError('FILE_EXISTS', `${path} is there already; it was not changed`, {
      hint: `change it with an editor, then: convecthub bundle pull ${quote(folder)}`,
    })
  const wrong = (message: string, hint: string) => new ConvecthubError('USAGE', message, { hint })
  for (const [name, schema] of Object.entries(VERSIONS)) {
    const version = options[name as keyof typeof VERSIONS]
    const [issue] = schema.safeParse(version).error?.issues ?? []
    if (version !== undefined && issue)
      throw wrong(`--${name} ${version} ${issue.message}`, 'leave it out for the newest version')
  }
  const { values } = options
  if (values !== undefined && !statSync(values, { throwIfNoEntry: false })?.isFile())
    throw wrong(
      `--values ${values}: no such file`,
      'name the file of your JupyterHub values, or leave it out',
    )
  makeFolder(folder)
  const text = bundleSpecText({ ...options, ...(values && { values: relative(folder, values) }) })
  writeFileSync(path, text, { flag: 'wx' })
  process.stdout.write(`${path} written. Next: convecthub bundle pull ${quote(folder)}\n`)
  return 'ok'
}
