import type { ChalkInstance } from 'chalk'
import type { EngineEvent } from '../engine/event.ts'
import { columns, count, duration } from './style.ts'

/** The table at the end of a run that changes hosts, and one line with the verdict. */
export function reportLines(
  summary: Extract<EngineEvent, { event: 'summary' }>,
  paint: ChalkInstance,
): string[] {
  const { hosts, ms, interrupted, ok, applied } = summary
  if (!applied) return []
  const cell = (number: number, shade: (text: string) => string) =>
    number === 0 ? paint.dim('0') : shade(String(number))
  const rows = hosts.map((host) => [
    paint.bold(host.host),
    cell(host.changed, paint.green),
    cell(host.unchanged, String),
    cell(host.failed, paint.red),
    cell(host.blocked, paint.yellow),
    host.error
      ? `${host.error.details.step ? `${host.error.details.step}: ` : ''}${host.error.message}`
      : host.blockedBy
        ? `blocked by ${host.blockedBy}`
        : '',
  ])
  const bad = hosts.filter((host) => host.error || host.failed + host.blocked + host.skipped > 0).length
  const verdict = interrupted
    ? paint.yellow(`Stopped after ${duration(ms)}.`)
    : bad > 0
      ? paint.red(`${count(bad, 'host')} of ${hosts.length} not done, after ${duration(ms)}.`)
      : !ok
        ? paint.red(`Not done, after ${duration(ms)}.`)
        : hosts.every(({ changed }) => changed === 0)
          ? paint.green(`Nothing to change on ${count(hosts.length, 'host')}; checked in ${duration(ms)}.`)
          : paint.green(`Done on ${count(hosts.length, 'host')} in ${duration(ms)}.`)
  return ['', ...columns([['HOST', 'CHANGED', 'ALREADY SO', 'FAILED', 'BLOCKED', ''], ...rows]), '', verdict]
}
