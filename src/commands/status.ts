import { join } from 'node:path'
import { bundleKind } from '../artifacts/bundle-kind.ts'
import type { RunReport } from '../engine/run-options.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { inventoryFolder } from '../fleet/read-desired.ts'
import { type FleetInput, readFleet } from '../fleet/read-fleet.ts'
import { type Check, health } from '../recipes/health.ts'
import { status } from '../recipes/status.ts'
import { withLead } from '../steps/lead.ts'
import type { Conclusion } from '../ui/conclusion.ts'
import { columns, count, duration, style } from '../ui/style.ts'
import { warn } from '../ui/warn.ts'
import { continueLines } from './continue-lines.ts'
import { hubAddress } from './hub-lines.ts'
import { runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'

/**
 * `status`: checks that nodes are Ready, the release is deployed and the login page answers on both ports. Prints a
 * table; ends with `differs` when a check fails.
 */
export async function statusVerb(options: CommonOptions): VerbResult {
  const fleet = await readFleet(options, warn)
  return runVerb('status', status, fleet, options, {
    orient: withLead,
    apply: false,
    conclude: (report) => conclusion(report, fleet, options),
  })
}

function conclusion(report: RunReport, fleet: FleetInput, options: CommonOptions): Conclusion {
  const { cluster } = report.desired
  const lead = report.facts.get(cluster.lead.name)
  const next = continueLines(report, fleet, options, 'Ask again')
  if (report.interrupted) return { next }
  if (!lead)
    return { exit: 'differs', verdict: 'No driver answered, so the cluster could not be checked.', next }
  const paint = style(process.stdout, options.color)
  const checks = health(cluster, lead, report.facts)
  const failed = checks.filter((check) => !check.healthy).length
  const common = {
    body: table(checks, options.color),
    events: checks.map((check) => ({ event: 'check' as const, ...check })),
  }
  if (failed === 0)
    return {
      ...common,
      verdict: paint.green(`Healthy: ${count(checks.length, 'check')}, ${duration(report.ms)}.`),
      next: [`ConvectHub: ${hubAddress(cluster)}`],
    }
  return {
    ...common,
    exit: 'differs',
    verdict: paint.red(`${failed} of ${count(checks.length, 'check')} failed.`),
    next: [toCopy('Repair with', commandLine('provision', { ...options, ...otherBundle(fleet, lead) }))],
  }
}

function table(checks: readonly Check[], color: boolean): string[] {
  const paint = style(process.stdout, color)
  return columns(
    checks.map(({ what, healthy, detail }) => [healthy ? paint.green('✔') : paint.red('✘'), what, detail]),
  )
}

/**
 * A placeholder for `--bundle` when the bundle beside the inventory is of another kind than the cluster: a stand-in for
 * a real one, or the other way around.
 */
function otherBundle(fleet: FleetInput, lead: Facts): { bundle?: string } {
  const { datastore, standIn } = lead.get(clusterData)
  const kind = bundleKind(join(inventoryFolder(fleet), 'shared/bin'))
  const fits = datastore === undefined || kind === 'none' || (kind === 'stand-in') === standIn
  return fits ? {} : { bundle: 'FOLDER' }
}
