import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { ConvecthubError } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { BUNDLE_LOCK, type BundleLock } from './bundle-lock.ts'

/** Writes the bundle.lock.yaml of a folder, at once. Error: BUNDLE_FILE. */
export function writeBundleLock(folder: string, lock: BundleLock): void {
  const path = join(folder, BUNDLE_LOCK)
  const part = `${path}.${process.pid}`
  try {
    writeFileSync(part, stringify(lock))
    renameSync(part, path)
  } catch (cause) {
    throw new ConvecthubError('BUNDLE_FILE', `${path} cannot be written: ${systemReason(cause)}`, {
      cause,
      hint: 'copy the bundle to a place where you may write',
    })
  }
}
