import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readBundleLock } from '../artifacts/bundle-kind.ts'
import { BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { labPaths } from './lab-identity.ts'

/** Removes the files that the lab put into its folder, and the folder unless somebody put more into it; says whether. */
export async function removeLabFiles(stateDir: string): Promise<boolean> {
  const { bundle, ...files } = labPaths(stateDir)
  // without its key it is somebody else's folder of that name
  if (!existsSync(files.key)) return existsSync(stateDir)
  const own = [...Object.values(files), `${files.inventory}.old`, join(stateDir, '.gitignore')]
  for (const path of [...own, ...standInFiles(bundle)]) await rm(path, { force: true })
  for (const folder of [join(bundle, 'charts'), join(bundle, 'images'), bundle, dirname(bundle), stateDir])
    await rmdir(folder).catch(() => {})
  return existsSync(stateDir)
}

/** The files of the lab's own bundle; a real one that somebody put in its place is none. */
function standInFiles(bundle: string): string[] {
  const lock = readBundleLock(bundle)
  return lock?.standIn
    ? [...lock.files.map(({ name }) => name), BUNDLE_LOCK].map((name) => join(bundle, name))
    : []
}
