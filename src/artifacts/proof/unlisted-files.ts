import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { parse } from 'yaml'
import type { BundleLock } from '../bundle-lock.ts'
import { BUNDLE_SPEC } from '../bundle-spec.ts'
import { mapping, members } from './mapping.ts'

/** What lies beside the files of a bundle: its descriptions and signature, and what a pull keeps (`.pull/`). */
const BESIDE = /^bundle\.|(^|\/)\./

/** The files in a bundle's folder that its lock does not list, so that nobody checks them and no machine gets them. */
export function unlistedFiles(folder: string, { files }: BundleLock): string[] {
  const listed = new Set([...files.map(({ name }) => name), ...namedBySpec(folder)])
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, '/').length))
    .filter((name) => !BESIDE.test(name) && !listed.has(name))
    .sort()
}

/** The files that bundle.yaml refers to: the site's values, and the keys of mirrors and other apt sources. */
function namedBySpec(folder: string): string[] {
  try {
    const { values, apt } = mapping(parse(readFileSync(join(folder, BUNDLE_SPEC), 'utf8')))
    const keys = members(apt)
      .flatMap((each) => [each, ...members(mapping(each).sources)])
      .map((source) => mapping(source).key)
    return [values, ...keys].flatMap((path) => (typeof path === 'string' ? normalize(path) : []))
  } catch {
    return []
  }
}
