import { join } from 'node:path'
import { BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { lockBundle } from '../artifacts/lock-bundle.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { warn } from '../ui/warn.ts'
import { fileEvents, totalOf } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'

/** `bundle lock`: writes bundle.lock.yaml for a folder of artifacts. `provision` checks the files against it. */
export async function bundleLockVerb(
  folder: string,
  options: { output?: OutputMode; description: string; k3s?: string; helm?: string },
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
    `Wrote ${join(folder, BUNDLE_LOCK)}: ${totalOf(lock)}.`,
  ]
  return printResult('bundle lock', { lines, events: fileEvents(lock), exit: 'ok' }, options)
}
