import { lstatSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that nobody but the caller can write to or look into, mode 0700, and says whether there is one. One of
 * the caller's own that others could look into or write to is made anew, without what is in it; what belongs to somebody else,
 * is a link, or lies where others can rename it, is left alone.
 */
export function privateFolder(path: string): boolean {
  const me = process.getuid?.()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
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
