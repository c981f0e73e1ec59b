import pLimit from 'p-limit'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import type { Facts } from '../facts/fact.ts'
import { on, refName } from '../step-ref.ts'
import type { Connection } from '../transport/connection.ts'
import { atHost } from './at-host.ts'
import { doStep, type Walk } from './do-step.ts'
import { findings } from './findings.ts'
import { Graph } from './graph.ts'
import { HostRun } from './host-run.ts'
import { type Fleet, planContext, planStep } from './plan-step.ts'
import { factsOf, neededHosts, stepsOf } from './recipe-steps.ts'
import type { RunOptions, RunReport } from './run-options.ts'
import type { Step } from './step.ts'
import { type Settled, summarize } from './summarize.ts'

/** How many uploads run at the same time; more would only make each one slower. */
const UPLOADS = 10

/**
 * Connects, probes, checks and plans a recipe, and applies it if `apply` is set. Throws ConvecthubErrors when a check
 * finds a problem; everything else that goes wrong on a host is in the report. The last event is always a summary.
 */
export async function run(given: RunOptions): Promise<RunReport> {
  const began = Date.now()
  const fleet = makeFleet(given)
  emitStart(given)
  try {
    await connectAll(fleet, given)
    const options = adaptToFacts(given, fleet)
    throwProblems(fleet, options)
    const graph = makeGraph(fleet, options)
    const changes = planAll(fleet, graph, options)
    await options.planned?.(connectionsOf(fleet))
    const settled = options.apply ? await applyAll({ fleet, graph, options, uploads: pLimit(UPLOADS) }) : []
    const { ok, hosts } = emitSummary(given, { fleet, settled, began, complete: true })
    const { desired, signal } = options
    return { ok, hosts, changes, desired, facts: factsByHost(fleet), interrupted: signal.aborted }
  } catch (error) {
    emitSummary(given, { fleet, settled: [], began, complete: false })
    throw error
  } finally {
    for (const host of fleet.values()) host.close()
  }
}

function makeFleet(options: RunOptions): Fleet {
  const hosts = [...options.hosts, ...neededHosts(options)]
  return new Map(hosts.map((host) => [host.name, new HostRun(host, factsOf(host, options), options)]))
}

/** Logs in to all hosts in parallel and probes them. A host that fails does not hold up the others. */
async function connectAll(fleet: Fleet, { forks }: RunOptions): Promise<void> {
  const limit = pLimit(forks)
  await Promise.all([...fleet.values()].map((host) => limit(() => host.connect())))
}

/** The options with `desired` adapted to what the probe found. */
function adaptToFacts(options: RunOptions, fleet: Fleet): RunOptions {
  const { desired, orient } = options
  return orient ? { ...options, desired: orient(desired, factsByHost(fleet)) } : options
}

/** Emits all findings. Throws ConvecthubErrors when one is an error on a host that the run works on. */
function throwProblems(fleet: Fleet, options: RunOptions): void {
  const { recipe, desired, ignore, emit } = options
  const contexts = [...fleet.values()].flatMap((at) => (at.facts ? [planContext(at, fleet, desired)] : []))
  const found = findings(recipe, contexts, desired, ignore)
  for (const { step: _, ...finding } of found) emit({ event: 'finding', finding })
  const names = new Set(options.hosts.map((host) => host.name))
  const problems = found.filter(({ level, host }) => level === 'error' && names.has(host))
  if (problems.length === 0) return
  throw new ConvecthubErrors(
    problems.map(
      ({ step, id, host, message, hint }) => new ConvecthubError(id, message, { host, step, hint }),
    ),
  )
}

function makeGraph(fleet: Fleet, options: RunOptions): Graph {
  const nodes = [...fleet.values()].flatMap(({ host }) =>
    stepsOf(host, options).map((step) => on(step, host)),
  )
  return new Graph(options.recipe, nodes, options.desired)
}

/** Plans every step whose facts are known by now, and emits the plans. Returns the number of changes. */
function planAll(fleet: Fleet, graph: Graph, options: RunOptions): number {
  let changes = 0
  for (const at of fleet.values()) {
    for (const step of stepsOf(at.host, options)) {
      const planned = planOrFail(step, at, fleet, options)
      if (!options.hosts.includes(at.host)) {
        // nothing is changed on this host, so the outcome is already known
        graph.settle(on(step, at.host), { outcome: planned?.length === 0 ? 'unchanged' : 'blocked' })
      } else if (planned) {
        changes += planned.length
        options.emit({ event: 'planned', host: at.host.name, step: step.id, changes: planned })
      }
    }
  }
  return changes
}

/** Plans a step. When that throws on this host's facts, the host fails and the others go on. */
function planOrFail(step: Step, at: HostRun, fleet: Fleet, { desired }: RunOptions) {
  if (at.error) return undefined
  try {
    return planStep(step, at, fleet, desired)
  } catch (error) {
    at.fail(atHost(error, at.host.name, step.id))
    return undefined
  }
}

/** Does the steps of all hosts: in the recipe's order on each host, with all hosts in parallel. */
async function applyAll(walk: Walk): Promise<readonly Settled[]> {
  const { options, fleet } = walk
  const walked = [...fleet.values()]
    .filter(({ host }) => options.hosts.includes(host))
    .map((at) => walkHost(at, walk))
  return (await Promise.all(walked)).flat()
}

async function walkHost(at: HostRun, walk: Walk): Promise<readonly Settled[]> {
  const { options, graph } = walk
  const settled: Settled[] = []
  let failedBefore: string | undefined
  for (const step of stepsOf(at.host, options)) {
    const ref = on(step, at.host)
    const { ms, ...ending } = await doStep(step, at, walk, failedBefore)
    if (ending.outcome === 'failed' || ending.outcome === 'blocked')
      failedBefore ??= ending.blockedBy ?? refName(ref)
    settled.push({ ...ref, ending })
    options.emit({ event: 'step', ...ref, ms, ...ending })
    graph.settle(ref, ending)
  }
  return settled
}

function emitStart({ verb, hosts, recipe, desired, emit }: RunOptions): void {
  emit({
    event: 'run',
    verb,
    hosts: hosts.map(({ name }) => name),
    steps: recipe.map(({ id, title }) => ({ id, title })),
    standIn: desired.bundle?.standIn ?? false,
  })
}

/** The result of a run. `complete`: no error stopped it early. */
interface Result {
  fleet: Fleet
  settled: readonly Settled[]
  began: number
  complete: boolean
}

function emitSummary(
  { verb, apply, hosts: selected, emit, signal }: RunOptions,
  { fleet, settled, began, complete }: Result,
) {
  const hosts = summarize(selected, settled, fleet)
  const interrupted = signal.aborted
  const ok =
    complete && !interrupted && hosts.every(({ failed, blocked, error }) => failed + blocked === 0 && !error)
  emit({ event: 'summary', verb, applied: apply, ok, ms: Date.now() - began, hosts, interrupted })
  return { ok, hosts }
}

function factsByHost(fleet: Fleet): ReadonlyMap<string, Facts> {
  return new Map([...fleet].flatMap(([name, { facts }]) => (facts ? [[name, facts]] : [])))
}

function connectionsOf(fleet: Fleet): ReadonlyMap<string, Connection> {
  return new Map([...fleet].flatMap(([name, { connection }]) => (connection ? [[name, connection]] : [])))
}
