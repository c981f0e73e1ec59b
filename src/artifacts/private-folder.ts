import { lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'

/**
 * Makes sure that a folder exists which only the caller can read and write (mode 0700). If others have access to the
 * caller's folder, it is deleted and created again. Returns false and changes nothing when the path belongs to somebody
 * else, is a link, or is in a folder where others can rename it.
 */
export function privateFolder(path: string): boolean {
  const me = process.getuid?.()
  makeFolder(dirname(path), 0o700)
  const parent = statSync(dirname(path))
  if (parent.uid !== me && parent.uid !== 0) return false
  if ((parent.mode & 0o022) !== 0 && (parent.mode & 0o1000) === 0) return false
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && (!found.isDirectory() || found.uid !== me)) return false
  if (found && (found.mode & 0o077) === 0) return true
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { mode: 0o700 })
  return true
}
