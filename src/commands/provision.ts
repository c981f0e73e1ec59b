import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { readDesired } from '../fleet/read-desired.ts'
import { readFleet } from '../fleet/read-fleet.ts'
import { hubPassword } from '../steps/hub-password.ts'
import { withLead } from '../steps/lead.ts'
import { printLines } from '../ui/print-lines.ts'
import { warn } from '../ui/warn.ts'
import { continueLines } from './continue-lines.ts'
import { hubLines } from './hub-lines.ts'
import { Planned } from './planned.ts'
import { relayKey } from './relay-key.ts'
import { runVerb } from './run-verb.ts'
import { loginOptions } from './shared-options.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

/** `provision`: turns the machines into a ConvectHub. */
export async function provisionVerb(
  options: CommonOptions & { check?: boolean; diff?: boolean },
): VerbResult {
  if (options.check) return (await import('./plan.ts')).planVerb(options)
  const { provision } = await import('../recipes/provision.ts')
  const fleet = await readFleet(options, warn)
  const { desired, open, ownDoor, warnings } = await withProgress(
    options,
    { stopped: () => 'Stopped; no machine was contacted.' },
    (progress) => readDesired(fleet, options, progress),
  )
  warn(warnings)
  let made = false
  const planned = new Planned(options.diff ?? false)
  return runVerb('provision', provision, fleet, options, {
    desired,
    orient: withLead,
    source: open,
    relay: options.relay === false ? undefined : relayKey,
    apply: true,
    onEvent: (event) => {
      planned.on(event)
      made ||= event.event === 'change-end' && event.step === hubPassword.id && event.change.sign === '+'
    },
    planned: async (connections) => {
      if (!options.diff || options.output === 'json') return
      await planned.read(connections)
      printLines(planned.lines(options.color))
    },
    conclude: async (report) => {
      if (!report.ok) return { next: continueLines(report, fleet, options) }
      const showPassword = made && process.stdout.isTTY === true && options.output !== 'json'
      const hub = { standIn: desired.bundle.standIn, ownDoor, showPassword }
      const { cluster } = report.desired
      const changed = report.hosts.some(({ result }) => result === 'changed')
      return {
        next: [
          ...(await hubLines({ ...fleet, cluster }, options, hub)),
          ...(changed ? [`Kubernetes: on ${cluster.lead.name}, sudo k3s kubectl get nodes`] : []),
          ...(changed ? [toCopy('Next', commandLine('status', loginOptions(options)))] : []),
        ],
      }
    },
  })
}
