import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { BUNDLE_LOCK, type BundleLock } from './bundle-lock.ts'
import { BUNDLE_SPEC } from './bundle-spec.ts'
import { SIGNATURE } from './signature.ts'

/** Files of a bundle that its lock does not list, in their order in a pack: the lock, which tells of all others, first. */
export const BESIDE: readonly string[] = [BUNDLE_LOCK, SIGNATURE, BUNDLE_SPEC]

/** The file of a lock by its name, for writeBeside. */
export function lockFile(lock: BundleLock): Map<string, Uint8Array> {
  return new Map([[BUNDLE_LOCK, Buffer.from(stringify(lock))]])
}

/**
 * Writes such files by their names, each at once, and the lock last. The signature of another lock is removed. Returns
 * whether there was one. Errors: those of this computer.
 */
export function writeBeside(folder: string, contents: ReadonlyMap<string, Uint8Array>): boolean {
  const lock = contents.get(BUNDLE_LOCK)
  const isStale = lock !== undefined && !contents.has(SIGNATURE) && isSignedOther(folder, lock)
  if (isStale) rmSync(join(folder, SIGNATURE))
  for (const name of BESIDE.toReversed()) {
    const content = contents.get(name)
    if (content) replace(join(folder, name), content)
  }
  return isStale
}

/** Whether the folder has a signature, and another lock than this one. */
function isSignedOther(folder: string, lock: Uint8Array): boolean {
  const path = join(folder, BUNDLE_LOCK)
  return existsSync(join(folder, SIGNATURE)) && !(existsSync(path) && readFileSync(path).equals(lock))
}

function replace(path: string, content: Uint8Array): void {
  const part = `${path}.${process.pid}`
  try {
    writeFileSync(part, content, { flush: true })
    renameSync(part, path)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}
