import { posix } from 'node:path'
import type { Files } from '../../src/inventory/files.ts'

/** A file system in memory: texts by absolute path. Running an `executable` file prints its second line. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>): Files {
  const paths = Object.keys(contents)
  const encode = (text: string | Uint8Array) =>
    typeof text === 'string' ? new TextEncoder().encode(text) : text
  return {
    read: (path) => (contents[path] === undefined ? undefined : encode(contents[path])),
    list: (path) => [
      ...new Set(
        paths
          .filter((each) => each.startsWith(`${path}/`))
          .map((each) => posix.relative(path, each).split('/')[0] ?? ''),
      ),
    ],
    kind: (path) =>
      contents[path] !== undefined
        ? 'file'
        : paths.some((each) => each.startsWith(`${path}/`))
          ? 'directory'
          : undefined,
    executable: () => false,
  }
}
