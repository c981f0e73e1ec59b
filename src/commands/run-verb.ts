import { hostname, userInfo } from 'node:os'
import type { EngineEvent } from '../engine/event.ts'
import { run } from '../engine/run.ts'
import type { RunOptions, RunReport } from '../engine/run-options.ts'
import type { Desired, Step } from '../engine/step.ts'
import { EXIT, type ExitName } from '../exit-codes.ts'
import { type System, system } from '../facts/system.ts'
import { hostQuestions } from '../fleet/ask-secrets.ts'
import { type CommonOptions, MAX_FORKS } from '../fleet/common-options.ts'
import type { FleetInput } from '../fleet/read-fleet.ts'
import { keepMachines } from '../fleet/seen-machines.ts'
import { exitOf } from '../outcome.ts'
import { connect } from '../transport/connect.ts'
import type { Conclusion } from '../ui/conclusion.ts'
import { defaultMode, makeRenderer } from '../ui/make-renderer.ts'
import { printReport } from '../ui/print-report.ts'
import { STOPPING } from '../ui/renderer.ts'
import { interruptSignal } from './interrupt.ts'
import { StepTimes } from './step-times.ts'

/** What a verb asks of a run. */
type Wanted = Pick<RunOptions, 'apply'> &
  Partial<Pick<RunOptions, 'source' | 'relay' | 'planned' | 'orient'>> & {
    /** What the verb wishes besides the cluster of the inventory. */
    desired?: Partial<Desired>
    onEvent?: (event: EngineEvent) => void
  }

/**
 * Runs a recipe for a verb: shows it as the options ask, then what `conclude` makes of the report, and last the verdict,
 * or the summary for programs. Returns the exit code.
 */
export async function runVerb(
  verb: string,
  recipe: readonly Step[],
  fleet: FleetInput,
  options: CommonOptions,
  {
    conclude,
    onEvent,
    planned,
    ...wanted
  }: Wanted & { conclude: (report: RunReport) => Promise<Conclusion> | Conclusion },
): Promise<ExitName> {
  const mode = options.output ?? defaultMode()
  const times = wanted.apply ? new StepTimes() : undefined
  const renderer = await makeRenderer({
    mode,
    color: options.color,
    verbose: options.verbose ?? 0,
    ...(times && { times: times.earlier }),
  })
  const emit = (event: EngineEvent) => {
    renderer.on(event)
    times?.on(event)
    onEvent?.(event)
  }
  // until the report is printed, so that Ctrl-C never loses it
  const { signal, ignore } = interruptSignal(renderer.stopping)
  try {
    const report = await runOn(verb, recipe, fleet, options, {
      ...wanted,
      ...(planned && { planned: (connections) => renderer.aside(() => planned(connections)) }),
      emit,
      signal,
      question: hostQuestions({ aside: renderer.aside, stop: signal }),
    }).finally(() => {
      times?.keep()
      renderer.close()
    })
    keepMachines(fleet.targets, systemsOf(report))
    const conclusion = await conclude(report)
    const ran = exitOf(report.hosts, report.interrupted)
    const exit = ran === 'ok' ? (conclusion.exit ?? ran) : ran
    printReport(report, conclusion, { mode, color: options.color, exit: EXIT[exit].code })
    return exit
  } finally {
    ignore()
  }
}

/** What the machines that answered are. */
function systemsOf({ facts }: RunReport): Map<string, System> {
  return new Map(
    [...facts].flatMap(([host, known]) => (known.has(system) ? [[host, known.get(system)]] : [])),
  )
}

/** Runs a recipe whose only result is its report: nothing is shown. */
export async function lookAt(
  recipe: readonly Step[],
  fleet: FleetInput,
  options: CommonOptions,
): Promise<RunReport> {
  const { signal, ignore } = interruptSignal(() => process.stderr.write(`\n${STOPPING}\n`))
  const question = hostQuestions({ stop: signal })
  const silent = { apply: false, emit: () => {}, signal, question }
  return runOn('look', recipe, fleet, options, silent).finally(ignore)
}

async function runOn(
  verb: string,
  recipe: readonly Step[],
  fleet: FleetInput,
  options: CommonOptions,
  {
    question,
    desired,
    ...wanted
  }: Omit<Wanted, 'onEvent'> &
    Pick<RunOptions, 'emit' | 'signal'> & { question: ReturnType<typeof hostQuestions> },
): Promise<RunReport> {
  fleet.shared.question = question
  fleet.shared.signal = wanted.signal
  return run({
    verb,
    recipe,
    desired: { cluster: fleet.cluster, bundle: undefined, jhubConfig: '', ...desired },
    hosts: fleet.hosts,
    connect: (host) => {
      const target = fleet.targets.get(host.name)
      if (!target) throw new Error(`${host.name} has no target`)
      return connect(target, fleet.shared)
    },
    forks: Math.min(options.forks ?? fleet.config?.forks ?? fleet.hosts.length, MAX_FORKS) || 1,
    ignore: new Set(options.ignorePreflight),
    owner: `${userInfo().username} at ${hostname()}, pid ${process.pid}, since ${new Date().toISOString()}`,
    source: () => {
      throw new Error(`${verb} sends nothing`)
    },
    ...wanted,
  })
}
