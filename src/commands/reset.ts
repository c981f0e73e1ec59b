import type { ClusterHost } from '../cluster/cluster.ts'
import type { RunReport } from '../engine/run-options.ts'
import { ConvecthubError } from '../errors.ts'
import { leftoverLines, leftovers } from '../facts/leftovers.ts'
import { volumes, volumesText } from '../facts/volumes.ts'
import { toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type FleetInput, readFleet } from '../fleet/read-fleet.ts'
import { STORAGE } from '../layout.ts'
import { printableJson } from '../printable.ts'
import { type Leaving, leaving, leavingWarnings, wantsTyping } from '../recipes/leaving.ts'
import { look } from '../recipes/look.ts'
import { reset } from '../recipes/reset.ts'
import { FOREIGN_RECORD } from '../steps/remove-files.ts'
import { OWN_PATHS } from '../steps/reset-places.ts'
import { ask } from '../ui/ask.ts'
import { printLines } from '../ui/print-lines.ts'
import { count } from '../ui/style.ts'
import { continueCommand, runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'

/**
 * `reset`: uninstalls what `provision` recorded, then looks for leftovers. Hosts that leave a cluster which goes on are
 * removed from it first. Users' data stays unless its deletion was asked for.
 */
export async function resetVerb(
  options: CommonOptions & { yes?: boolean; deleteData?: boolean },
): VerbResult {
  const fleet = await readFleet(options)
  const deleteData = options.deleteData ?? false
  const seen = await lookAtCluster(fleet, options)
  await confirm(fleet, seen, options)
  const { hosts, by } = seen
  const desired = {
    cluster: fleet.cluster,
    bundle: undefined,
    jhubConfig: '',
    leaving: { hosts, by },
    deleteData,
  }
  const foreign: Left[] = []
  const all = by ? [by, ...hosts] : hosts
  const { report, exit, mode } = await runVerb('reset', reset, { ...fleet, hosts: all }, options, {
    desired,
    apply: true,
    onEvent: (event) => {
      if (event.event === 'finding' && event.finding.id === FOREIGN_RECORD)
        foreign.push({ host: event.finding.host, line: event.finding.message })
    },
  })
  const audited = report.hosts.filter(({ host, changed }) => changed > 0 && host !== by?.name)
  const left = [...foreign, ...audited.flatMap(({ host }) => tracesOf(host, report, deleteData))]
  const kept = deleteData ? '' : volumesText(seen.data)
  if (mode === 'json') printJson(left, kept)
  else {
    printLines([
      ...(report.ok ? auditLines(left, audited.length > 0) : []),
      ...(kept ? [`Users' data is kept in ${STORAGE}: ${kept}; reset --delete-data removes it.`] : []),
      ...(report.ok
        ? []
        : [toCopy('To continue', continueCommand('reset', fleet, options, withoutHelper(report, by)))]),
    ])
  }
  return exit === 'ok' && left.length > 0 ? 'differs' : exit
}

/** Something that a reset did not remove. */
interface Left {
  host: string
  line: string
}

/** What is left on a host after its reset. Users' data counts only when it should have been deleted. */
function tracesOf(host: string, report: RunReport, deleteData: boolean): Left[] {
  const facts = report.facts.get(host)
  if (!facts) return []
  const data = deleteData ? volumesText([facts.get(volumes)]) : ''
  const lines = leftoverLines(facts.get(leftovers(OWN_PATHS)))
  return [...lines, ...(data ? [`data ${data}`] : [])].map((line) => ({ host, line }))
}

function printJson(left: readonly Left[], kept: string): void {
  for (const { host, line } of left)
    process.stdout.write(`${printableJson({ event: 'left', host, what: line })}\n`)
  if (kept) process.stdout.write(`${printableJson({ event: 'kept', what: kept, path: STORAGE })}\n`)
}

/** The result of the search for leftovers, which covers only the hosts that the reset worked on. */
function auditLines(left: readonly Left[], audited: boolean): string[] {
  if (left.length > 0)
    return [
      `Audit: ${count(left.length, 'thing')} left:`,
      ...left.map(({ host, line }) => `  ${host}  ${line}`),
    ]
  return [audited ? 'Audit: nothing is left.' : 'Nothing is recorded there as put there by convecthub.']
}

/** The report without the driver that removed the others: the command that continues must not reset it. */
function withoutHelper(report: RunReport, by: ClusterHost | undefined): RunReport {
  return { ...report, hosts: report.hosts.filter(({ host }) => host !== by?.name) }
}

/**
 * Asks the selected hosts and the drivers that stay what a reset would mean. Unreachable hosts are not reported here;
 * the reset itself does that. Error: INTERRUPTED.
 */
async function lookAtCluster(fleet: FleetInput, options: CommonOptions): Promise<Leaving> {
  const { cluster, hosts } = fleet
  const desired = { cluster, bundle: undefined, jhubConfig: '' }
  const asked = [...new Set([...hosts, ...cluster.drivers])]
  const { report } = await runVerb('look', look, { ...fleet, hosts: asked }, options, {
    desired,
    apply: false,
    quiet: true,
  })
  if (report.interrupted) throw new ConvecthubError('INTERRUPTED', 'stopped; nothing was changed')
  return leaving(desired, hosts, report.facts)
}

/** Asks for the inventory's name, since a reset cannot be undone. Error: NOT_CONFIRMED. */
async function confirm(
  { cluster }: FleetInput,
  seen: Leaving,
  options: { yes?: boolean; deleteData?: boolean },
): Promise<void> {
  const warnings = leavingWarnings(seen, options.deleteData ?? false)
  const typed = wantsTyping(seen)
  if (options.yes && !typed) {
    for (const line of warnings) process.stderr.write(`warning: ${line}\n`)
    return
  }
  const names = seen.hosts.map(({ name }) => name).join(', ')
  const answer = await ask(
    [
      `This removes ConvectHub and all that convecthub installed from ${count(seen.hosts.length, 'host')}: ${names}.`,
      ...warnings,
      `Type the inventory's name (${cluster.name}) to go on: `,
    ].join('\n'),
  )
  if (answer.trim() === cluster.name) return
  throw new ConvecthubError('NOT_CONFIRMED', 'the name was not typed; nothing was changed', {
    hint: typed ? 'this one wants the name typed, also with --yes' : '--yes answers beforehand',
  })
}
