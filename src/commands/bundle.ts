import { join } from 'node:path'
import { type Artifact, BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { loadBundle } from '../artifacts/load-bundle.ts'
import { lockBundle } from '../artifacts/lock-bundle.ts'
import { oneLine } from '../printable.ts'
import type { VerbEvent } from '../ui/conclusion.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { bytes, columns, count } from '../ui/style.ts'
import { warn } from '../ui/warn.ts'
import type { VerbResult } from './verb.ts'

interface OutputOption {
  output?: OutputMode
}

/** `bundle lock`: writes bundle.lock.yaml for a folder of artifacts. `provision` checks the files against it. */
export async function bundleLockVerb(
  folder: string,
  options: OutputOption & { description: string; k3s?: string; helm?: string },
): VerbResult {
  const { k3s, helm, description } = options
  const { lock, ignored, doubts, unpacked } = await lockBundle(folder, {
    description,
    versions: { k3s, helm },
  })
  const left = ignored.map(({ name, why }) => `${join(folder, name)} is left out: ${why}`)
  warn([...left, ...doubts].map((message) => ({ message })))
  const lines = [
    ...unpacked.map((name) => `Unpacked ${join(folder, name)}.`),
    `Wrote ${join(folder, BUNDLE_LOCK)}: ${total(lock)}.`,
  ]
  return printResult('bundle lock', { lines, events: fileEvents(lock), exit: 'ok' }, options)
}

/** `bundle verify`: checks every file of a bundle against its lock and lists them. Ends with the verdict. */
export async function bundleVerifyVerb(folder: string, options: OutputOption): VerbResult {
  const { lock } = await loadBundle(folder, { anew: true })
  const rows = lock.files.map(({ name, kind, architecture, version, size }) => [
    name,
    kind,
    architecture,
    oneLine(version ?? ''),
    bytes(size),
  ])
  const lines = [oneLine(lock.description), ...columns(rows), `${total(lock)}: all as ${BUNDLE_LOCK} says.`]
  return printResult('bundle verify', { lines, events: fileEvents(lock), exit: 'ok' }, options)
}

export function fileEvents({ files }: { files: readonly Artifact[] }): VerbEvent[] {
  return files.map(({ name, kind, architecture, version, size, sha256 }) => ({
    event: 'file',
    ...{ name, kind, architecture, size, sha256 },
    ...(version !== undefined && { version }),
  }))
}

/** "5 files, 312 MB" */
export function total({ files }: { files: readonly Artifact[] }): string {
  return `${count(files.length, 'file')}, ${bytes(files.reduce((sum, { size }) => sum + size, 0))}`
}
