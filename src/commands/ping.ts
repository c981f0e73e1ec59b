import type { EngineEvent } from '../engine/event.ts'
import { system } from '../facts/system.ts'
import { toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { readFleet } from '../fleet/read-fleet.ts'
import { ping } from '../recipes/ping.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, count, duration, style } from '../ui/style.ts'
import { continueCommand, runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'

/**
 * `ping`: prints one line per host with round-trip time, operating system and sudo. The renderer reports the hosts that
 * fail. Any inventory is accepted, also one that is not a cluster.
 */
export async function pingVerb(options: CommonOptions & { enroll?: boolean }): VerbResult {
  const fleet = await readFleet({ ...options, anyUser: true, anyInventory: true })
  if (options.enroll) {
    const { enroll } = await import('../init/enroll.ts')
    await enroll(
      fleet.hosts.flatMap(({ name }) => fleet.targets.get(name) ?? []),
      fleet.shared,
    )
  }
  const times = new Map<string, number>()
  const onEvent = (event: EngineEvent) => event.event === 'connected' && times.set(event.host, event.ms)
  const { report, exit, mode } = await runVerb('ping', ping, fleet, options, {
    desired: { cluster: fleet.cluster, bundle: undefined, jhubConfig: '' },
    source: () => {
      throw new Error('ping sends nothing')
    },
    apply: false,
    onEvent,
  })
  if (mode === 'json') return exit
  const paint = style(process.stdout, options.color)
  const answered = report.hosts.filter(({ error }) => !error).map(({ host }) => host)
  const rows = answered.map((host) => {
    const facts = report.facts.get(host)?.get(system)
    const sudo =
      facts?.user === 'root'
        ? 'root'
        : `${facts?.user}, sudo ${fleet.targets.get(host)?.becomePassword ? 'with password' : 'without password'}`
    return [paint.bold(host), paint.green('OK'), duration(times.get(host) ?? 0), facts?.os.name ?? '', sudo]
  })
  const total = `${answered.length} of ${count(report.hosts.length, 'host')} OK`
  const failed = report.hosts.length - answered.length
  printLines([
    ...columns(rows),
    failed === 0 ? paint.green(total) : paint.red(`${total}, ${failed} failed`),
    ...(failed === 0 ? [] : [toCopy('Ask them again', continueCommand('ping', fleet, options, report))]),
  ])
  return exit
}
