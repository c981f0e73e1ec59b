import { hostname, userInfo } from 'node:os'
import type { EngineEvent } from '../engine/event.ts'
import { run } from '../engine/run.ts'
import type { RunOptions, RunReport } from '../engine/run-options.ts'
import type { Step } from '../engine/step.ts'
import type { ExitName } from '../exit-codes.ts'
import { hostQuestions } from '../fleet/ask-secrets.ts'
import { commandLine } from '../fleet/command-line.ts'
import { type CommonOptions, MAX_FORKS } from '../fleet/common-options.ts'
import type { FleetInput } from '../fleet/read-fleet.ts'
import { connect } from '../transport/connect.ts'
import { defaultMode, makeRenderer } from '../ui/make-renderer.ts'
import { interruptSignal } from './interrupt.ts'

type Special = Pick<RunOptions, 'desired' | 'apply'> &
  Partial<Pick<RunOptions, 'source' | 'planned' | 'orient'>> & {
    onEvent?: (event: EngineEvent) => void
    /** Show nothing of the run. */
    quiet?: boolean
  }

/** Runs a recipe for a verb with the renderer that the options ask for. The exit code follows from the report. */
export async function runVerb(
  verb: string,
  recipe: readonly Step[],
  fleet: FleetInput,
  options: CommonOptions,
  special: Special,
): Promise<{ report: RunReport; exit: ExitName; mode: 'tty' | 'plain' | 'json' }> {
  const mode = options.output ?? defaultMode()
  const renderer = await makeRenderer({ mode, color: options.color, verbose: options.verbose ?? 0 })
  const { onEvent, quiet = false, ...rest } = special
  const { signal, ignore } = interruptSignal()
  fleet.shared.question = hostQuestions({ aside: renderer.aside, stop: signal })
  try {
    const report = await run({
      verb,
      recipe,
      hosts: fleet.hosts,
      connect: (host) => {
        const target = fleet.targets.get(host.name)
        if (!target) throw new Error(`${host.name} has no target`)
        return connect(target, fleet.shared)
      },
      forks: Math.min(options.forks ?? fleet.config?.forks ?? fleet.hosts.length, MAX_FORKS) || 1,
      ignore: new Set(options.ignorePreflight),
      owner: `${userInfo().username} at ${hostname()}, pid ${process.pid}, since ${new Date().toISOString()}`,
      emit: (event) => {
        if (!quiet) renderer.on(event)
        onEvent?.(event)
      },
      signal,
      source: () => {
        throw new Error(`${verb} sends nothing`)
      },
      ...rest,
    })
    return { report, exit: exitOf(report), mode }
  } finally {
    renderer.close()
    ignore()
  }
}

/** One exit code for all hosts: `unreachable` when that is the only kind of failure, else the first other one. */
function exitOf(report: RunReport): ExitName {
  if (report.interrupted) return 'interrupted'
  if (report.ok) return 'ok'
  const exits = report.hosts.flatMap(({ error }) => error?.exit ?? [])
  return exits.length > 0 && exits.every((exit) => exit === 'unreachable')
    ? 'unreachable'
    : (exits.find((exit) => exit !== 'unreachable') ?? 'failed')
}

/** The command that continues this run: the same one, limited to the hosts that are not done. */
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
