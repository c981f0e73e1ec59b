import { join } from 'node:path'
import { BUNDLE_LOCK, type BundleLock } from '../artifacts/bundle-lock.ts'
import { loadBundle } from '../artifacts/load-bundle.ts'
import { lockBundle } from '../artifacts/lock-bundle.ts'
import { oneLine } from '../printable.ts'
import { printLines } from '../ui/print-lines.ts'
import { bytes, columns, count } from '../ui/style.ts'
import type { VerbResult } from './verb.ts'

/** `bundle lock`: writes bundle.lock.yaml for a folder of artifacts. `provision` checks the files against it. */
export async function bundleLockVerb(
  folder: string,
  options: { description: string; k3s: string; helm?: string },
): VerbResult {
  const versions = { k3s: options.k3s, ...(options.helm && { helm: options.helm }) }
  const lock = await lockBundle(folder, { description: options.description, versions })
  printLines([`Wrote ${join(folder, BUNDLE_LOCK)}: ${total(lock)}.`])
  return 'ok'
}

/** `bundle verify`: checks every file of a bundle against its lock and lists them. Ends with the verdict. */
export async function bundleVerifyVerb(folder: string): VerbResult {
  const { lock } = await loadBundle(folder, { anew: true })
  const rows = lock.files.map(({ name, kind, architecture, version, size }) => [
    name,
    kind,
    architecture,
    oneLine(version ?? ''),
    bytes(size),
  ])
  printLines([oneLine(lock.description), ...columns(rows), `${total(lock)}: all as ${BUNDLE_LOCK} says.`])
  return 'ok'
}

/** "5 files, 312 MB" */
function total({ files }: BundleLock): string {
  return `${count(files.length, 'file')}, ${bytes(files.reduce((sum, { size }) => sum + size, 0))}`
}
