import { join } from 'node:path'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import { licenceOf } from '../artifacts/licences.ts'
import { SIGNATURE } from '../artifacts/signature.ts'
import { quote } from '../sh.ts'
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

/** The same, with what is in them. */
export function contentEvents({ files }: { files: readonly Artifact[] }): VerbEvent[] {
  return files.flatMap((file) => {
    const { images, packages } = file
    const licence = licenceOf(file)
    return fileEvents({ files: [file] }).map((event) => ({
      ...event,
      ...(licence !== undefined && { licence }),
      ...(images && { images }),
      ...(packages && { packages }),
    }))
  })
}

/** "5 files, 312 MB" */
export function totalOf({ files }: { files: readonly Artifact[] }): string {
  return `${count(files.length, 'file')}, ${bytes(files.reduce((sum, { size }) => sum + size, 0))}`
}

/** What is told where the signature of another lock was removed. */
export function unsignedLine(folder: string): string {
  return `Removed ${join(folder, SIGNATURE)}, which signed another lock. Sign this one: convecthub bundle sign ${quote(folder)} --key KEY`
}
