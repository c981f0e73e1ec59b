import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Says why a file that the user did not name should not be read by default: other users own it or its folder, or may
 * write to them. Undefined if the file is safe. `path` is absolute.
 */
export function doubtfulFile(path: string): string | undefined {
  for (const each of [dirname(path), path]) {
    const stat = lstatSync(each, { throwIfNoEntry: false })
    const me = process.getuid?.()
    if (!stat || me === undefined) continue
    if (stat.uid !== me && stat.uid !== 0) return `${each} belongs to another user`
    // Many distributions give each user a private group with gid = uid, and a umask that lets this group write.
    const others = stat.gid === me && stat.gid === process.getgid?.() ? 0o002 : 0o022
    if (!stat.isSymbolicLink() && (stat.mode & others) !== 0) return `${each} can be written by others`
  }
  return undefined
}
