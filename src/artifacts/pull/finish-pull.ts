import { existsSync } from 'node:fs'
import { lockFile } from '../beside.ts'
import {
  type Artifact,
  type BundleLock,
  bundleLockSchema,
  LOCK_VERSION,
  type Rendering,
} from '../bundle-lock.ts'
import { diffLocks, type LockDifference } from '../diff-locks.ts'
import { takePlaces } from '../take-places.ts'
import type { PullWork } from './pull-work.ts'

/** What a pull has brought. */
export interface Brought {
  files: readonly Artifact[]
  rendering: Rendering
}

/** What a pull has made. */
export interface Pulled {
  lock: BundleLock
  /** What --update changed in a lock that was there. */
  changes: readonly LockDifference[]
  /** The signature of the lock before was removed. */
  unsigned: boolean
}

/**
 * Puts all files into their places, then writes the lock where that is a new one, and removes what only the lock before
 * held. Errors: those of this computer.
 */
export async function finishPull(
  work: PullWork,
  brought: Brought,
  before: BundleLock | undefined,
): Promise<Pulled> {
  const { folder, update } = work
  const lock = before && !update ? before : await newLock(work, brought, before)
  const unsigned = takePlaces(folder, {
    staged: brought.files.flatMap(({ name }) => {
      const path = work.staged(name)
      return existsSync(path) ? [[name, path] as const] : []
    }),
    beside: lock === before ? new Map() : lockFile(lock),
    ...{ lock, before },
  })
  work.clear()
  const changes = before ? diffLocks(withoutSources(before), withoutSources(lock)) : []
  return { lock, changes, unsigned }
}

/** The files that were pulled, and those that somebody has put into the folder and described by `bundle lock`. */
async function newLock(
  work: PullWork,
  { files, rendering }: Brought,
  before: BundleLock | undefined,
): Promise<BundleLock> {
  const pulled = new Set(files.map(({ name }) => name))
  const own: Artifact[] = []
  for (const file of before?.standIn ? [] : (before?.files ?? []))
    if (file.from === undefined && !pulled.has(file.name) && (await work.find(file.name, file.sha256)))
      own.push(file)
  return bundleLockSchema.parse({
    version: LOCK_VERSION,
    description: work.spec.description,
    files: [...files, ...own].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    renderings: [rendering],
  })
}

/** Sources change with what they describe, which is told already. */
function withoutSources(lock: BundleLock): BundleLock {
  return { ...lock, files: lock.files.filter(({ kind }) => kind !== 'source') }
}
