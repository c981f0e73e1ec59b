import type { EngineEvent } from '../engine/event.ts'
import { readCurrent } from '../engine/read-current.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { readDesired } from '../fleet/read-desired.ts'
import { readFleet } from '../fleet/read-fleet.ts'
import { withLead } from '../steps/lead.ts'
import type { Connection } from '../transport/connection.ts'
import { planLines } from '../ui/plan-lines.ts'
import { printLines } from '../ui/print-lines.ts'
import { style } from '../ui/style.ts'
import { runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'

type Planned = Extract<EngineEvent, { event: 'planned' }>

/** `plan`: prints what `provision` would change, host by host. Changes nothing on any machine. */
export async function planVerb(options: CommonOptions & { diff?: boolean }): VerbResult {
  const { provision } = await import('../recipes/provision.ts')
  const fleet = await readFleet(options)
  const { bundle, jhubConfig } = await readDesired(fleet, options)
  const desired = {
    cluster: fleet.cluster,
    bundle: bundle.lock,
    jhubConfig,
    upgrade: options.upgrade ?? false,
  }
  const planned: Planned[] = []
  const current = new Map<string, string>()
  const { report, exit, mode } = await runVerb('plan', provision, fleet, options, {
    desired,
    orient: withLead,
    source: bundle.open,
    apply: false,
    onEvent: (event) => event.event === 'planned' && event.changes.length > 0 && planned.push(event),
    planned: async (connections) => {
      if (options.diff) await readAll(planned, connections, current)
    },
  })
  if (mode !== 'json') {
    const paint = style(process.stdout, options.color)
    printLines(planLines(planned, report, options.diff ? current : undefined, paint))
    if (report.changes > 0) printLines([toCopy('Make it so', commandLine('provision', options))])
  }
  return exit
}

/** Reads the current content of the files that would change into `current`, by "host path". */
async function readAll(
  planned: readonly Planned[],
  connections: ReadonlyMap<string, Connection>,
  current: Map<string, string>,
): Promise<void> {
  await Promise.all(
    [...connections].map(async ([host, connection]) => {
      const paths = planned
        .filter((event) => event.host === host)
        .flatMap(({ changes }) =>
          changes.flatMap((change) => (change.kind === 'file' && change.sign === '~' ? [change.path] : [])),
        )
      for (const [path, text] of await readCurrent(connection, paths)) current.set(`${host} ${path}`, text)
    }),
  )
}
