import { join } from 'node:path'
import { BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { type Locked, lockBundle } from '../artifacts/lock-bundle.ts'
import { accepted } from '../fleet/proof-problems.ts'
import { proveAlone } from '../fleet/prove-bundle.ts'
import type { Warning } from '../inventory/inventory.ts'
import { quote } from '../sh.ts'
import { chartValues } from '../steps/hub-defaults.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { warn } from '../ui/warn.ts'
import { fileEvents, totalOf, unsignedLine } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

interface Options {
  output?: OutputMode
  description: string
  k3s?: string
  helm?: string
}

/**
 * `bundle lock`: writes bundle.lock.yaml for a folder of artifacts, and warns of what the bundle lacks. `provision` checks
 * the files against it.
 */
export async function bundleLockVerb(folder: string, options: Options): VerbResult {
  const { k3s, helm, description } = options
  const wish = { description, versions: { k3s, helm }, values: chartValues('') }
  const locked = await withProgress(
    options,
    { stopped: () => `Stopped; ${join(folder, BUNDLE_LOCK)} was not written.` },
    (progress) => lockBundle(folder, { ...wish, ...progress }),
  )
  const { lock, unpacked, unsigned } = locked
  const warnings = await warningsOf(folder, locked)
  if (options.output !== 'json') warn(warnings)
  const lines = [
    ...unpacked.map((name) => `Unpacked ${join(folder, name)}.`),
    `Wrote ${join(folder, BUNDLE_LOCK)}: ${totalOf(lock)}.`,
    ...(unsigned ? [unsignedLine(folder)] : []),
    `Next: convecthub bundle verify ${quote(folder)} -i INVENTORY`,
  ]
  const events = [
    ...fileEvents(lock),
    ...warnings.map((warning) => ({ event: 'warning' as const, ...warning })),
  ]
  return printResult('bundle lock', { lines, events, exit: 'ok' }, options)
}

/** What is left out, what could not be known, and what the bundle lacks as far as that is known without an inventory. */
async function warningsOf(folder: string, { lock, ignored, doubts }: Locked): Promise<Warning[]> {
  const origin = { file: join(folder, BUNDLE_LOCK) }
  const { warnings } = accepted(await proveAlone({ folder, lock }))
  return [
    ...ignored.map(({ name, why }) => ({
      ...{ code: 'BUNDLE_EXTRA' as const, message: `it is left out: ${why}` },
      origin: { file: join(folder, name) },
    })),
    ...doubts.map((message) => ({ code: 'BUNDLE_UNKNOWN' as const, message, origin })),
    // they are named above, with the reason
    ...warnings.filter(({ code }) => code !== 'BUNDLE_EXTRA'),
  ]
}
