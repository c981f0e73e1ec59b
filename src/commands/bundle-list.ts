import type { Artifact } from '../artifacts/bundle-lock.ts'
import { imageLicence, licenceOf } from '../artifacts/licences.ts'
import { readLock } from '../artifacts/load-bundle.ts'
import { oneLine } from '../printable.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { bytes, columns } from '../ui/style.ts'
import { contentEvents, totalOf } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'

/** `bundle list`: what is in a bundle, from its lock. Reads no other file. */
export async function bundleListVerb(folder: string, options: { output?: OutputMode }): VerbResult {
  const lock = readLock(folder)
  const rows = lock.files.flatMap((file) => [rowOf(file), ...contentsOf(file)])
  const head = ['NAME', 'VERSION', 'SIZE', 'SHA256', 'LICENCE']
  const lines = [oneLine(lock.description), ...columns([head, ...rows]), `${totalOf(lock)}.`]
  return printResult('bundle list', { lines, events: contentEvents(lock), exit: 'ok' }, options)
}

function rowOf(file: Artifact): string[] {
  const { name, version, size, sha256 } = file
  return [name, oneLine(version ?? '-'), bytes(size), sha256.slice(0, 12), licenceOf(file) ?? '-']
}

/** The images in an archive, or the packages in a repository, below their file. */
function contentsOf({ images = [], packages = [] }: Artifact): string[][] {
  return [
    ...images.map((image) => [
      `  ${oneLine(image.name)}`,
      '',
      '',
      image.digest?.replace('sha256:', '').slice(0, 12) ?? '-',
      imageLicence(image) ?? '-',
    ]),
    ...packages.map(({ name, version }) => [`  ${oneLine(name)}`, oneLine(version), '', '', '-']),
  ]
}
