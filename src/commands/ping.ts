import type { EngineEvent } from '../engine/event.ts'
import type { RunReport } from '../engine/run-options.ts'
import { system } from '../facts/system.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type FleetInput, readFleet } from '../fleet/read-fleet.ts'
import { type HostOutcome, isDone } from '../outcome.ts'
import { ping } from '../recipes/ping.ts'
import type { Conclusion } from '../ui/conclusion.ts'
import { hostNames } from '../ui/host-names.ts'
import { columns, count, duration, style } from '../ui/style.ts'
import { note, warn } from '../ui/warn.ts'
import { continueLines } from './continue-lines.ts'
import { runVerb } from './run-verb.ts'
import type { VerbResult } from './verb.ts'

/**
 * `ping`: prints one line per host with round-trip time, operating system and sudo. Any inventory is accepted, also one
 * that is not a cluster.
 */
export async function pingVerb(options: CommonOptions & { enroll?: boolean }): VerbResult {
  const fleet = await readFleet({ ...options, anyUser: true, anyInventory: true }, warn)
  note(fleet.unfit)
  if (options.enroll) {
    const { enroll } = await import('../init/enroll.ts')
    await enroll(
      fleet.hosts.flatMap(({ name }) => fleet.targets.get(name) ?? []),
      fleet.shared,
    )
  }
  const logins = new Map<string, Login>()
  return runVerb('ping', ping, fleet, options, {
    apply: false,
    onEvent: (event: EngineEvent) => {
      if (event.event === 'connected') logins.set(event.host, event)
    },
    conclude: (report) => conclusion(report, logins, fleet, options),
  })
}

type Login = Extract<EngineEvent, { event: 'connected' }>

function conclusion(
  report: RunReport,
  logins: ReadonlyMap<string, Login>,
  fleet: FleetInput,
  options: CommonOptions,
): Conclusion {
  const paint = style(process.stdout, options.color)
  const answered = report.hosts.filter(isDone)
  const failed = report.hosts.filter((host) => !isDone(host))
  const rows = answered.map(({ host }) => {
    const facts = report.facts.get(host)?.get(system)
    const login = logins.get(host)
    const sudo =
      facts?.user === 'root'
        ? 'root'
        : `${facts?.user}, sudo ${login?.sudoAsked ? 'with password' : 'without password'}`
    return [paint.bold(host), paint.green('OK'), duration(login?.ms ?? 0), facts?.os.name ?? '', sudo]
  })
  const all = count(report.hosts.length, 'host')
  if (failed.length === 0) return { body: columns(rows), verdict: paint.green(`${all} OK.`) }
  const total = report.interrupted
    ? `Stopped: ${answered.length} of ${all} OK, ${failed.length} not asked.`
    : `${answered.length} of ${all} OK.`
  return {
    body: columns(rows),
    verdict: report.interrupted ? paint.yellow(total) : paint.red(total),
    next: [
      ...(report.interrupted ? [] : [`Failed: ${failedText(failed)}`]),
      ...continueLines(report, fleet, options, 'Ask them again'),
    ],
  }
}

/** "web1, web2 (no answer), web3 (…)": the hosts that failed, by their cause. */
function failedText(failed: readonly HostOutcome[]): string {
  const causes = new Map<string, string[]>()
  for (const { host, errors } of failed) {
    const cause = errors[0]?.message ?? ''
    causes.set(cause, [...(causes.get(cause) ?? []), host])
  }
  return [...causes].map(([cause, hosts]) => `${hostNames(hosts)} (${cause})`).join(', ')
}
