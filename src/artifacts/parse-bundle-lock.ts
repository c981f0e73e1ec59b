import { dirname } from 'node:path'
import { quote } from '../sh.ts'
import { BUNDLE_LOCK, type BundleLock, bundleLockSchema, LOCK_VERSION, lackingIn } from './bundle-lock.ts'
import { yamlFile } from './yaml-file.ts'

/**
 * Reads the text of the bundle.lock.yaml at `path`. Errors: a BUNDLE_LOCK for each mistake, with its line where it has
 * one.
 */
export function parseBundleLock(path: string, text: string): BundleLock {
  const hint = `take the ${BUNDLE_LOCK} that came with the bundle, or write it again: ${lockCommand(dirname(path))}`
  const file = yamlFile(path, text, { code: 'BUNDLE_LOCK', hint })
  const form = file.document.get('version')
  if (typeof form === 'number' && form > LOCK_VERSION)
    throw file.wrong(
      `it has version ${form}; this convecthub reads up to ${LOCK_VERSION}`,
      undefined,
      'use the convecthub that the bundle was made with, or a later one',
    )
  const lock = file.as(bundleLockSchema)
  const lacking = lackingIn(lock.files)
  if (lacking.length > 0) throw file.wrong(`it lacks: ${lacking.join(', ')}`)
  return lock
}

/** The command that describes a bundle's folder. */
export function lockCommand(folder: string): string {
  return `convecthub bundle lock ${quote(folder)}`
}
