import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readBundleLock } from '../artifacts/bundle-kind.ts'
import { BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { labFolder } from './lab-folder.ts'
import { labPaths } from './lab-identity.ts'

/**
 * Removes the lab's files, and its folder unless it contains other files. Returns what became of the folder; `foreign`
 * when no lab made it, and nothing was removed.
 */
export async function removeLabFiles(stateDir: string): Promise<'absent' | 'foreign' | 'kept' | 'removed'> {
  const found = labFolder(stateDir)
  if (found !== 'lab') return found
  const { bundle, ...files } = labPaths(stateDir)
  const labFiles = [...Object.values(files), `${files.inventory}.old`, join(stateDir, '.gitignore')]
  for (const path of [...labFiles, ...standInFiles(bundle)]) await rm(path, { force: true })
  const parts = ['charts', 'images', 'sources'].map((name) => join(bundle, name))
  for (const folder of [...parts, bundle, dirname(bundle), stateDir]) await rmdir(folder).catch(() => {})
  return existsSync(stateDir) ? 'kept' : 'removed'
}

/** The files of the stand-in bundle. Empty when a user has put a real bundle there. */
function standInFiles(bundle: string): string[] {
  const lock = readBundleLock(bundle)
  return lock?.standIn
    ? [...lock.files.map(({ name }) => name), BUNDLE_LOCK].map((name) => join(bundle, name))
    : []
}
