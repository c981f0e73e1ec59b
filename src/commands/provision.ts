import { withLead } from '../steps/lead.ts'
import { printLines } from '../ui/print-lines.ts'
import { toCopy } from './command-line.ts'
import type { CommonOptions, VerbResult } from './common-options.ts'
import { readFleet } from './read-fleet.ts'
import { readWishes } from './read-wishes.ts'
import { continueCommand, runVerb } from './run-verb.ts'

/** `provision`: makes the machines a ConvectHub. */
export async function provisionVerb(
  options: CommonOptions & { check?: boolean; diff?: boolean },
): VerbResult {
  if (options.check) return (await import('./plan.ts')).planVerb(options)
  const { provision } = await import('../recipes/provision.ts')
  const fleet = await readFleet(options)
  const { bundle, jhubConfig } = await readWishes(fleet, options)
  const wishes = {
    cluster: fleet.cluster,
    bundle: bundle.lock,
    jhubConfig,
    upgrade: options.upgrade ?? false,
  }
  const { report, exit, mode } = await runVerb('provision', provision, fleet, options, {
    wishes,
    orient: withLead,
    source: bundle.open,
    apply: true,
  })
  if (mode === 'json') return exit
  if (report?.ok) {
    const { address } = report.wishes.cluster.lead
    const { httpPort } = fleet.cluster
    process.stdout.write(
      `ConvectHub: http://${address}${httpPort === 80 ? '' : `:${httpPort}`}/${bundle.lock.standIn ? '  (stand-in)' : ''}\n`,
    )
  } else if (report) {
    printLines([toCopy('To continue', continueCommand('provision', fleet, options, report))])
  }
  return exit
}
