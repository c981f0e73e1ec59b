import { posix } from 'node:path'

/**
 * Where a file grows until it is whole: on the same file system, but never inside a folder that K3s reads
 * (it imports whatever appears in agent/images).
 */
export function partialPath(path: string): string {
  const { dir, base } = posix.parse(path)
  const folder = dir.endsWith('/agent/images') ? posix.dirname(dir) : dir
  return `${folder}/.${base}.part`
}
