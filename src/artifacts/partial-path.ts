import { posix } from 'node:path'

/**
 * Where a file is written until it is complete: on the same file system, but never in agent/images, because K3s imports
 * every file that appears there.
 */
export function partialPath(path: string): string {
  const { dir, base } = posix.parse(path)
  const folder = dir.endsWith('/agent/images') ? posix.dirname(dir) : dir
  return `${folder}/.${base}.part`
}
