import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Why a file that nobody named must not be read by default: it or its folder belongs to somebody else, or others may
 * write to it, so its words may be anybody's. Undefined: nothing speaks against it. `path` is absolute.
 */
export function doubtfulFile(path: string): string | undefined {
  for (const each of [dirname(path), path]) {
    const stat = lstatSync(each, { throwIfNoEntry: false })
    const me = process.getuid?.()
    if (!stat || me === undefined) continue
    if (stat.uid !== me && stat.uid !== 0) return `${each} belongs to another user`
    // many distributions give each user a group of the same number, and let it write
    const others = stat.gid === me && stat.gid === process.getgid?.() ? 0o002 : 0o022
    if (!stat.isSymbolicLink() && (stat.mode & others) !== 0) return `${each} can be written by others`
  }
  return undefined
}
