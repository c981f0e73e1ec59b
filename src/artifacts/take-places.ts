import { renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeBeside } from './beside.ts'
import type { BundleLock } from './bundle-lock.ts'
import { makeFolder } from './make-folder.ts'

/** A bundle whose files are all there, but not in their places. */
export interface Complete {
  /** Where files wait, by their names. */
  staged: Iterable<readonly [name: string, path: string]>
  /** What belongs beside them, see writeBeside. */
  beside: ReadonlyMap<string, Uint8Array>
  /** The lock that holds from now on, and the one before. */
  lock?: BundleLock | undefined
  before?: BundleLock | undefined
}

/**
 * Puts files into their places, then what belongs beside them, and removes what was fetched for the lock before and is
 * not in this one. Returns whether the signature of another lock was removed. Errors: those of this computer.
 */
export function takePlaces(folder: string, { staged, beside, lock, before }: Complete): boolean {
  for (const [name, path] of staged) {
    makeFolder(dirname(join(folder, name)))
    renameSync(path, join(folder, name))
  }
  const unsigned = writeBeside(folder, beside)
  const names = new Set(lock?.files.map(({ name }) => name))
  for (const { name, from } of (lock && before)?.files ?? [])
    if (from !== undefined && !names.has(name)) rmSync(join(folder, name), { force: true })
  return unsigned
}
