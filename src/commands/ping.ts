import type { EngineEvent } from '../engine/event.ts'
import { system } from '../facts/system.ts'
import { ping } from '../recipes/ping.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, duration, style } from '../ui/style.ts'
import type { CommonOptions, VerbResult } from './common-options.ts'
import { readFleet } from './read-fleet.ts'
import { runVerb } from './run-verb.ts'

/** `ping`: a line a host with round trip, system and sudo, or the reason and what to do. */
export async function pingVerb(options: CommonOptions & { enroll?: boolean }): VerbResult {
  const fleet = await readFleet({ ...options, anyUser: true })
  if (options.enroll) {
    const { enroll } = await import('./enroll.ts')
    await enroll(
      fleet.hosts.flatMap(({ name }) => fleet.targets.get(name) ?? []),
      fleet.shared,
    )
  }
  const times = new Map<string, number>()
  const hear = (event: EngineEvent) => event.event === 'connected' && times.set(event.host, event.ms)
  const { report, exit, mode } = await runVerb('ping', ping, fleet, options, {
    wishes: { cluster: fleet.cluster, bundle: undefined, jhubConfig: '' },
    source: () => {
      throw new Error('ping sends nothing')
    },
    apply: false,
    hear,
  })
  if (mode === 'json') return exit
  const paint = style(process.stdout, options.color)
  const rows = report.hosts.map(({ host, error }) => {
    if (error) return [paint.bold(host), paint.red('FAILED'), '', '', `${error.message}`]
    const facts = report.facts.get(host)?.get(system)
    const sudo =
      facts?.user === 'root'
        ? 'root'
        : `${facts?.user}, sudo ${fleet.targets.get(host)?.becomePassword ? 'with password' : 'without password'}`
    return [paint.bold(host), paint.green('OK'), duration(times.get(host) ?? 0), facts?.os.name ?? '', sudo]
  })
  printLines(columns(rows))
  return exit
}
