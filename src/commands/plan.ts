import type { CommonOptions } from '../fleet/common-options.ts'
import { readDesired } from '../fleet/read-desired.ts'
import { readFleet } from '../fleet/read-fleet.ts'
import { withLead } from '../steps/lead.ts'
import { warn } from '../ui/warn.ts'
import { planConclusion } from './plan-conclusion.ts'
import { Planned } from './planned.ts'
import { relayKey } from './relay-key.ts'
import { runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

/** `plan`: prints what `provision` would change, host by host. Changes nothing on any machine. */
export async function planVerb(options: CommonOptions & { diff?: boolean }): VerbResult {
  const { provision } = await import('../recipes/provision.ts')
  const fleet = await readFleet(options, warn)
  const { desired, open, warnings } = await withProgress(
    options,
    { stopped: () => 'Stopped; no machine was contacted.' },
    (progress) => readDesired(fleet, options, progress),
  )
  warn(warnings)
  const planned = new Planned(options.diff ?? false)
  return runVerb('plan', provision, fleet, options, {
    desired,
    orient: withLead,
    source: open,
    relay: options.relay === false ? undefined : relayKey,
    apply: false,
    onEvent: (event) => planned.on(event),
    planned: (connections) => planned.read(connections),
    conclude: (report) => planConclusion(report, planned, fleet, { ...options, verb: 'provision' }),
  })
}
