import type { RunReport } from '../engine/run-options.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import type { FleetInput } from '../fleet/read-fleet.ts'
import { isDone } from '../outcome.ts'

/** What to do after a run that is not done: accept findings where that is possible, and the command that continues. */
export function continueLines(
  report: RunReport,
  fleet: FleetInput,
  options: CommonOptions,
  label = 'To continue',
): string[] {
  const ids = [...new Set(report.ignorable)]
  return [
    ...(ids.length > 0
      ? [`Fix what is reported above, or accept it with --ignore-preflight ${ids.join(',')}.`]
      : []),
    toCopy(label, continueCommand(report, fleet, options)),
  ]
}

/**
 * The same command for the hosts that are not done, and for hosts that these wait for although --limit left them out.
 * Where these are too many to name, those that are done are excluded, or all hosts are taken.
 */
function continueCommand({ verb, hosts }: RunReport, fleet: FleetInput, options: CommonOptions): string {
  const open = hosts.filter((host) => !isDone(host))
  const names = new Set(
    open.flatMap(({ host, blockedBy }) => [
      host,
      ...(blockedBy ? [blockedBy.split(' on ').at(-1) ?? ''] : []),
    ]),
  )
  const same = names.size === fleet.hosts.length && fleet.hosts.every(({ name }) => names.has(name))
  if (same || names.size === 0) return commandLine(verb, options)
  const { limit: _, ...others } = options
  const all = fleet.cluster.hosts.map(({ name }) => name)
  const done = all.filter((name) => !names.has(name))
  if (done.length === 0) return commandLine(verb, others)
  if (names.size <= NAMED) return commandLine(verb, { ...others, limit: [...names].join(',') })
  // what is done already is only checked
  const selected = new Set(fleet.hosts.map(({ name }) => name))
  const kept = [...names].every((name) => selected.has(name)) ? options.limit : undefined
  const limit = done.length <= NAMED ? ['all', ...done.map((name) => `!${name}`)].join(':') : kept
  return commandLine(verb, { ...others, ...(limit && { limit }) })
}

/** How many hosts a command names at most. */
const NAMED = 20
