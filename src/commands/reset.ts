import type { RunReport } from '../engine/run-options.ts'
import { ConvecthubError } from '../errors.ts'
import { leftoverLines, leftovers } from '../facts/leftovers.ts'
import { volumes, volumesText } from '../facts/volumes.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type FleetInput, readFleet } from '../fleet/read-fleet.ts'
import { throwAll } from '../inventory/problems.ts'
import { STORAGE } from '../layout.ts'
import { type Leaving, leaving, leavingWarnings, wantsTyping } from '../recipes/leaving.ts'
import { look } from '../recipes/look.ts'
import { reset } from '../recipes/reset.ts'
import { FOREIGN_RECORD } from '../steps/remove-files.ts'
import { OWN_PATHS } from '../steps/reset-places.ts'
import { ask, stopped } from '../ui/ask.ts'
import type { Conclusion } from '../ui/conclusion.ts'
import { count } from '../ui/style.ts'
import { tellWarning, warn } from '../ui/warn.ts'
import { continueLines } from './continue-lines.ts'
import { planConclusion } from './plan-conclusion.ts'
import { Planned } from './planned.ts'
import { lookAt, runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'

interface Options extends CommonOptions {
  yes?: boolean
  check?: boolean
}

/**
 * `reset`: uninstalls what `provision` recorded, then looks for leftovers. Hosts that leave a cluster which goes on are
 * removed from it first. Users' data stays unless its deletion was asked for. With --check it only shows what it would
 * remove.
 */
export async function resetVerb(options: Options): VerbResult {
  const fleet = await readFleet(options, warn)
  const deleteData = options.deleteData ?? false
  const seen = await lookAtCluster(fleet, options)
  if (options.check) warnOf(seen, deleteData)
  else await confirm(fleet, seen, options)
  const { hosts, by } = seen
  const foreign: Left[] = []
  const planned = new Planned(false)
  const all = by ? [by, ...hosts] : hosts
  return runVerb('reset', reset, { ...fleet, hosts: all }, options, {
    desired: { leaving: { hosts, by }, deleteData },
    apply: !options.check,
    onEvent: (event) => {
      planned.on(event)
      if (event.event === 'finding' && event.finding.id === FOREIGN_RECORD)
        foreign.push(...event.hosts.map((host) => ({ host, what: event.finding.message })))
    },
    conclude: (report) =>
      options.check
        ? planConclusion(report, planned, fleet, { ...options, verb: 'reset' })
        : conclusion(report, { seen, foreign, deleteData }, fleet, options),
  })
}

function conclusion(
  report: RunReport,
  { seen, foreign, deleteData }: { seen: Leaving; foreign: readonly Left[]; deleteData: boolean },
  fleet: FleetInput,
  options: Options,
): Conclusion {
  // the driver that removed the others stays, so it is neither searched nor part of the command that continues
  const hosts = report.hosts.filter(({ host }) => host !== seen.by?.name)
  const audited = hosts.filter(({ changes }) => changes > 0)
  const left = [...foreign, ...audited.flatMap(({ host }) => tracesOf(host, report, deleteData))]
  const kept = deleteData ? '' : volumesText(seen.data)
  return {
    body: [
      ...(report.ok ? auditLines(left, audited.length > 0) : []),
      ...(kept ? [`Users' data is kept in ${STORAGE}: ${kept}; reset --delete-data removes it.`] : []),
    ],
    events: [
      ...left.map(({ host, what }) => ({ event: 'left' as const, host, what })),
      ...(kept ? [{ event: 'kept' as const, what: kept, path: STORAGE }] : []),
    ],
    ...(left.length > 0 && { exit: 'differs' as const }),
    next: report.ok ? [] : continueLines({ ...report, hosts }, fleet, options),
  }
}

/** Something that a reset did not remove. */
interface Left {
  host: string
  what: string
}

/** What is left on a host after its reset. Users' data counts only when it should have been deleted. */
function tracesOf(host: string, report: RunReport, deleteData: boolean): Left[] {
  const facts = report.facts.get(host)
  if (!facts) return []
  const data = deleteData ? volumesText([facts.get(volumes)]) : ''
  const lines = leftoverLines(facts.get(leftovers(OWN_PATHS)))
  return [...lines, ...(data ? [`data ${data}`] : [])].map((what) => ({ host, what }))
}

/** The result of the search for leftovers, which covers only the hosts that the reset worked on. */
function auditLines(left: readonly Left[], audited: boolean): string[] {
  if (left.length > 0)
    return [
      `Audit: ${count(left.length, 'thing')} left:`,
      ...left.map(({ host, what }) => `  ${host}  ${what}`),
    ]
  return [audited ? 'Audit: nothing is left.' : 'Nothing is recorded there as put there by convecthub.']
}

/**
 * Asks the selected hosts and the drivers that stay what a reset would mean. Hosts that are away are not reported here;
 * the reset itself does that. Errors: INTERRUPTED, and those of hosts that refuse the login, because the reset would try
 * a refused password again.
 */
async function lookAtCluster(fleet: FleetInput, options: CommonOptions): Promise<Leaving> {
  const { cluster, hosts } = fleet
  const asked = [...new Set([...hosts, ...cluster.drivers])]
  const report = await lookAt(look, { ...fleet, hosts: asked }, options)
  if (report.interrupted) throw stopped()
  const names = new Set(hosts.map(({ name }) => name))
  throwAll(
    report.hosts
      .filter(({ host }) => names.has(host))
      .flatMap(({ errors }) => errors.filter(({ code, exit }) => exit === 'unreachable' && !AWAY.has(code))),
  )
  return leaving(report.desired, hosts, report.facts)
}

/** A host with such an error may be there again in a moment. */
const AWAY: ReadonlySet<string> = new Set(['UNREACHABLE', 'LOGIN_TIMEOUT', 'LOGIN_DROPPED', 'LOGIN_CLOSED'])

function warnOf(seen: Leaving, deleteData: boolean): void {
  for (const line of leavingWarnings(seen, deleteData)) tellWarning(line)
}

/** Asks for the inventory's name, since a reset cannot be undone. Error: NOT_CONFIRMED. */
async function confirm({ cluster }: FleetInput, seen: Leaving, options: Options): Promise<void> {
  const warnings = leavingWarnings(seen, options.deleteData ?? false)
  const typed = wantsTyping(seen)
  if (options.yes && !typed) {
    warnOf(seen, options.deleteData ?? false)
    return
  }
  const names = seen.hosts.map(({ name }) => name).join(', ')
  const answer = await ask(
    [
      `This removes ConvectHub and all that convecthub installed from ${count(seen.hosts.length, 'host')}: ${names}.`,
      ...warnings,
      `Type the inventory's name (${cluster.name}) to go on: `,
    ].join('\n'),
    typed ? {} : { instead: '--yes' },
  )
  const given = answer.trim()
  if (given === cluster.name) return
  throw new ConvecthubError('NOT_CONFIRMED', `'${given}' is not ${cluster.name}; nothing was changed`, {
    hint: typed ? `type ${cluster.name}: this one is asked with --yes too` : '--yes skips this question',
  })
}
