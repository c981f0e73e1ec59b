import type { ChalkInstance } from 'chalk'
import type { RunReport } from '../engine/run-options.ts'
import { type HostOutcome, isDone, type Result } from '../outcome.ts'
import type { Conclusion } from './conclusion.ts'
import { fit, wrap } from './fit.ts'
import type { ErrorLayout } from './format-error.ts'
import { hostNames } from './host-names.ts'
import { columns, count, duration } from './style.ts'
import { errorLines } from './tell-errors.ts'

/** Up to so many hosts, each has a row of its own. */
const ROWS = 20

/** The results as the table and the verdict name them, from good to bad. */
const RESULTS: Readonly<Record<Result, string>> = {
  changed: 'changed',
  unchanged: 'unchanged',
  skipped: 'skipped',
  stopped: 'stopped',
  unreached: 'not reached',
  failed: 'failed',
}

/** The errors of a run for people, after an empty line. What Ctrl-C stopped was told already. */
export function failureLines(
  hosts: readonly HostOutcome[],
  paint: ChalkInstance,
  layout: ErrorLayout,
): string[] {
  const errors = hosts.flatMap((host) => host.errors).filter(({ code }) => code !== 'INTERRUPTED')
  return errors.length > 0 ? ['', ...errorLines(errors, paint, layout)] : []
}

/**
 * The end of a run for people: a table of the hosts if it made changes, cut to `width` columns; what the verb found and
 * the verdict, broken to that width; and what to do next, as it is, because it may be copied.
 */
export function reportLines(
  report: RunReport,
  { body = [], verdict, next = [] }: Conclusion,
  paint: ChalkInstance,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const shade = report.interrupted ? paint.yellow : report.ok ? paint.green : paint.red
  return [
    ...(report.applied ? ['', ...table(report.hosts, paint).map((row) => fit(row, width)), ''] : []),
    ...[...body, verdict ?? shade(verdictOf(report))].flatMap((line) => wrap(line, width)),
    ...next,
  ]
}

function table(hosts: readonly HostOutcome[], paint: ChalkInstance): string[] {
  const rows = new Map<string, HostOutcome[]>()
  for (const host of hosts) {
    const alike = hosts.length > ROWS ? [host.result, host.changes, reason(host)].join('\0') : host.host
    rows.set(alike, [...(rows.get(alike) ?? []), host])
  }
  return columns([
    ['HOST', 'RESULT', 'CHANGES', 'TIME', ''],
    ...[...rows.values()].map((row) => cellsOf(row, paint)),
  ])
}

/** The row of hosts that differ only in their time; it shows the longest. */
function cellsOf(row: readonly HostOutcome[], paint: ChalkInstance): string[] {
  const [host] = row
  if (!host) return []
  const shade: Partial<Record<Result, ChalkInstance>> = {
    changed: paint.green,
    failed: paint.red,
    unreached: paint.red,
    skipped: paint.yellow,
    stopped: paint.yellow,
  }
  const result = RESULTS[host.result]
  const ms = Math.max(...row.map((each) => each.ms))
  return [
    paint.bold(hostNames(row.map((each) => each.host))),
    shade[host.result]?.(result) ?? result,
    String(host.changes),
    ms > 0 ? duration(ms) : '',
    reason(host),
  ]
}

/** Why a host is not done, in a few words. */
function reason({ errors: [first], blockedBy, result }: HostOutcome): string {
  if (first) return `${first.details.step ? `${first.details.step}: ` : ''}${first.message}`
  if (blockedBy) return `waits for ${blockedBy}`
  return result === 'skipped' ? 'nothing was changed' : ''
}

/** How a run ended, in one sentence. */
function verdictOf({ hosts, interrupted, ok, ms, applied }: RunReport): string {
  const done = hosts.filter(isDone).length
  const unfit = hosts.filter(({ errors }) => errors.some(({ exit }) => exit === 'preflight')).length
  if (interrupted) return `Stopped after ${duration(ms)}: ${done} of ${count(hosts.length, 'host')} done.`
  if (unfit > 0)
    return `${unfit} of ${count(hosts.length, 'host')} ${unfit === 1 ? 'does' : 'do'} not meet the requirements; nothing was changed.`
  if (!ok) return `${done} of ${count(hosts.length, 'host')} done, after ${duration(ms)}: ${kinds(hosts)}.`
  if (!applied) return `${count(hosts.length, 'host')} answered in ${duration(ms)}.`
  const changed = hosts.some(({ result }) => result === 'changed')
  return changed
    ? `Done: ${changesText(hosts)}, in ${duration(ms)}.`
    : `Nothing to change on ${count(hosts.length, 'host')}; checked in ${duration(ms)}.`
}

/** "36 changes and 7 waits in 16 steps on 3 hosts". */
export function changesText(hosts: readonly HostOutcome[]): string {
  const sum = (of: (host: HostOutcome) => number) => hosts.reduce((all, host) => all + of(host), 0)
  const changes = sum(({ changes }) => changes)
  const waits = sum(({ waits }) => waits)
  const steps = sum(({ steps }) => steps.changed + steps.failed)
  const touched = hosts.filter(({ changes, waits }) => changes + waits > 0).length
  const what = [count(changes, 'change'), ...(waits > 0 ? [count(waits, 'wait')] : [])].join(' and ')
  return `${what} in ${count(steps, 'step')} on ${count(touched, 'host')}`
}

/** "1 failed, 2 not reached": the hosts that are not done. */
function kinds(hosts: readonly HostOutcome[]): string {
  const results = Object.keys(RESULTS) as Result[]
  return results
    .map((result) => ({ result, hosts: hosts.filter((host) => host.result === result && !isDone(host)) }))
    .filter(({ hosts }) => hosts.length > 0)
    .map(({ result, hosts }) => `${hosts.length} ${RESULTS[result]}`)
    .join(', ')
}
