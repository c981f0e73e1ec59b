import type { ChalkInstance } from 'chalk'
import { cells } from '../cells.ts'
import { fit } from './fit.ts'
import { hostNames } from './host-names.ts'
import type { RunView } from './run-view.ts'
import { count, duration } from './style.ts'
import { leftText, type StepTimes, timeLeft } from './time-left.ts'

/** So many hosts that only log in are worth a line each. */
const FEW = 5

export interface LiveOptions {
  /** Columns and rows of the terminal. */
  width: number
  rows: number
  /** Unix time in ms. */
  now: number
  times: StepTimes
  paint: ChalkInstance
}

/**
 * What the live part of a terminal shows: the state of the whole run, then a line for each host, or for each thing that
 * hosts do where there are more hosts than rows. Each line fits the terminal, and all of them together, too.
 */
export function liveView(view: RunView, { width, rows, now, times, paint }: LiveOptions): string[] {
  const above = [paint.bold(headLine(view, times, now)), ...uploadsLine(view), ...failedLine(view, paint)]
  const below = idleLines(view).map((line) => paint.dim(`  ${line}`))
  // the row of the cursor stays free
  const room = Math.max(0, rows - 1 - above.length - below.length)
  const each = view.active.size <= room && (view.applying || view.active.size <= FEW)
  const busy = each ? hostLines(view, { width, now, paint }) : groupLines(view, { room, now })
  // a terminal may break a line that ends in its last column
  return [...above, ...busy, ...below]
    .slice(0, Math.max(1, rows - 1))
    .map((line) => fit(line, width - 1 || 1))
}

/** What hosts are doing, the longest first: "Install Docker: 212 hosts, longest 41 s (node17)". */
export function groups({ active }: RunView, now: number): string[] {
  const hostsOf = new Map<string, { host: string; since: number }[]>()
  for (const [host, { what, since }] of active) {
    const group = hostsOf.get(what) ?? []
    hostsOf.set(what, group)
    group.push({ host, since })
  }
  return [...hostsOf]
    .map(([what, hosts]) => ({ what, hosts: hosts.toSorted((a, b) => a.since - b.since) }))
    .toSorted((a, b) => (a.hosts[0]?.since ?? 0) - (b.hosts[0]?.since ?? 0))
    .map(({ what, hosts: [slowest, ...others] }) => {
      const { host = '', since = now } = slowest ?? {}
      const elapsed = duration(now - since)
      return others.length === 0
        ? `${what}: ${host}, ${elapsed}`
        : `${what}: ${count(others.length + 1, 'host')}, longest ${elapsed} (${host})`
    })
}

function headLine(view: RunView, times: StepTimes, now: number): string {
  const elapsed = duration(now - view.began)
  if (view.stopping) return `Stopping: waiting for ${count(view.active.size, 'host')}, ${elapsed}`
  if (!view.applying)
    return `${view.answered.size} of ${count(view.hosts.length, 'host')} answered, ${elapsed}`
  const steps = `${view.done} of ${count(view.total, 'step')}`
  return [steps, elapsed, leftText(timeLeft(view, times, now))]
    .filter((part) => part !== undefined)
    .join(', ')
}

function uploadsLine({ uploads, stopping }: RunView): string[] {
  const sent = uploads.total()
  return sent && !stopping ? [`  sending ${sent}`] : []
}

function failedLine({ hosts, failed }: RunView, paint: ChalkInstance): string[] {
  const names = hosts.filter((host) => failed.has(host))
  return names.length > 0 ? [paint.red(`  ${count(names.length, 'host')} failed: ${hostNames(names)}`)] : []
}

/** What is said of hosts that do nothing at the moment. */
function idleLines({ queued, waiting, stopping }: RunView): string[] {
  if (stopping) return []
  return [
    ...(queued > 0 ? [`${queued} waiting to connect`] : []),
    ...(waiting > 0 ? [`${waiting} waiting for other hosts`] : []),
  ]
}

/** A line for each host: name, elapsed time and what it does, so that a cut takes the least important. */
function hostLines(
  view: RunView,
  { width, now, paint }: Pick<LiveOptions, 'width' | 'now' | 'paint'>,
): string[] {
  const rows = [...view.active].map(([host, { what, since, change, line }]) => ({
    host: fit(host, Math.max(8, Math.floor(width / 3))),
    elapsed: duration(now - since),
    what,
    details: [view.uploads.ofHost(host), change, line].filter((detail) => detail),
  }))
  const names = Math.max(...rows.map(({ host }) => cells(host)))
  const times = Math.max(...rows.map(({ elapsed }) => elapsed.length))
  return rows.map(({ host, elapsed, what, details }) => {
    const name = paint.bold(host + ' '.repeat(names - cells(host)))
    return `  ${name}  ${elapsed.padStart(times)}  ${what}${details.map((detail) => paint.dim(` · ${detail}`)).join('')}`
  })
}

function groupLines(view: RunView, { room, now }: { room: number; now: number }): string[] {
  const lines = groups(view, now)
  const shown = lines.length > room ? lines.slice(0, Math.max(0, room - 1)) : lines
  const hidden = lines.length - shown.length
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].map((line) => `  ${line}`)
}
