import { hostname, userInfo } from 'node:os'
import { firstDriver } from '../cluster/cluster.ts'
import type { EngineEvent } from '../engine/event.ts'
import { type RunOptions, type RunReport, run } from '../engine/run.ts'
import type { Step } from '../engine/step.ts'
import type { ExitName } from '../exit-codes.ts'
import { connect } from '../transport/connect.ts'
import { defaultMode, makeRenderer } from '../ui/renderer.ts'
import { commandLine } from './command-line.ts'
import type { CommonOptions, VerbResult } from './common-options.ts'
import { interruptSignal } from './interrupt.ts'
import { type FleetInput, readFleet } from './read-fleet.ts'
import { readWishes } from './read-wishes.ts'

/** Most logins at once, as the guide's "at most 64 handshakes". */
export const MAX_FORKS = 64

/** `provision`: makes the machines a ConvectHub. */
export async function provisionVerb(
  options: CommonOptions & { check?: boolean; diff?: boolean },
): VerbResult {
  if (options.check) return (await import('./plan.ts')).planVerb(options)
  const { provision } = await import('../recipes/provision.ts')
  const fleet = await readFleet(options)
  const { bundle, jhubConfig } = await readWishes(fleet, options)
  const wishes = { cluster: fleet.cluster, bundle: bundle.lock, jhubConfig }
  const { report, exit, mode } = await runVerb('provision', provision, fleet, options, {
    wishes,
    source: bundle.open,
    apply: true,
  })
  if (mode === 'json') return exit
  if (report?.ok) {
    const { address } = firstDriver(fleet.cluster)
    const { httpPort } = fleet.cluster
    process.stdout.write(
      `ConvectHub: http://${address}${httpPort === 80 ? '' : `:${httpPort}`}/${bundle.lock.standIn ? '  (stand-in)' : ''}\n`,
    )
  } else if (report) {
    process.stdout.write(`To continue: ${continueCommand('provision', fleet, options, report)}\n`)
  }
  return exit
}

type Special = Pick<RunOptions, 'wishes' | 'source' | 'apply'> &
  Partial<Pick<RunOptions, 'planned'>> & { hear?: (event: EngineEvent) => void }

/** Runs a recipe for a verb with the renderer that the options ask for; the exit code is by the report. */
export async function runVerb(
  verb: string,
  recipe: readonly Step[],
  fleet: FleetInput,
  options: CommonOptions,
  special: Special,
): Promise<{ report: RunReport; exit: ExitName; mode: 'tty' | 'plain' | 'json' }> {
  const mode = options.output ?? defaultMode()
  const renderer = await makeRenderer({ mode, color: options.color, verbose: options.verbose ?? 0 })
  const { hear, ...rest } = special
  try {
    const report = await run({
      verb,
      recipe,
      hosts: fleet.hosts,
      connect: (host) => {
        const target = fleet.targets.get(host.name)
        if (!target) throw new Error(`${host.name} has no target`)
        return connect(target)
      },
      forks: Math.min(options.forks ?? fleet.config?.forks ?? fleet.hosts.length, MAX_FORKS) || 1,
      ignore: new Set(options.ignorePreflight),
      owner: `${userInfo().username} at ${hostname()}, pid ${process.pid}, since ${new Date().toISOString()}`,
      emit: (event) => {
        renderer.on(event)
        hear?.(event)
      },
      signal: interruptSignal(),
      ...rest,
    })
    return { report, exit: exitOf(report), mode }
  } finally {
    renderer.close()
  }
}

/** One exit code for many hosts: the worst kind of failure that is worth telling apart. */
function exitOf(report: RunReport): ExitName {
  if (report.interrupted) return 'interrupted'
  if (report.ok) return 'ok'
  const exits = report.hosts.flatMap(({ error }) => error?.exit ?? [])
  return exits.length > 0 && exits.every((exit) => exit === 'unreachable')
    ? 'unreachable'
    : (exits.find((exit) => exit !== 'unreachable') ?? 'failed')
}

/** The command that goes on: the same one, limited to the hosts that are not done unless that is all of them. */
export function continueCommand(
  verb: string,
  fleet: FleetInput,
  options: CommonOptions,
  report: RunReport,
): string {
  const open = report.hosts.filter(
    ({ error, failed, blocked, skipped }) => error || failed + blocked + skipped > 0,
  )
  const limit = open.length < fleet.hosts.length ? open.map(({ host }) => host).join(',') : options.limit
  return commandLine(verb, { ...options, ...(limit && { limit }) })
}
