import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { VerbEvent } from '../ui/conclusion.ts'
import { bytes, count } from '../ui/style.ts'

/** The files of a bundle, for programs. */
export function fileEvents({ files }: { files: readonly Artifact[] }): VerbEvent[] {
  return files.map(({ name, kind, architecture, version, size, sha256 }) => ({
    event: 'file',
    ...{ name, kind, architecture, size, sha256 },
    ...(version !== undefined && { version }),
  }))
}

/** "5 files, 312 MB" */
export function totalOf({ files }: { files: readonly Artifact[] }): string {
  return `${count(files.length, 'file')}, ${bytes(files.reduce((sum, { size }) => sum + size, 0))}`
}
