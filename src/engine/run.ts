import pLimit from 'p-limit'
import { ConvecthubError } from '../errors.ts'
import { addresses } from '../facts/addresses.ts'
import type { Facts } from '../facts/fact.ts'
import { exitOf, type HostOutcome } from '../outcome.ts'
import { on, refName } from '../step-ref.ts'
import type { Connection } from '../transport/connection.ts'
import { atHost } from './at-host.ts'
import { doStep, type Walk } from './do-step.ts'
import type { Emit } from './event.ts'
import { alike, findings } from './findings.ts'
import { Graph } from './graph.ts'
import { HostRun } from './host-run.ts'
import { logInAll } from './log-in-all.ts'
import type { HostPlan } from './plan-delivery.ts'
import { type Fleet, planContext, planStep, seenHosts } from './plan-step.ts'
import { factsOf, neededHosts, stepsOf } from './recipe-steps.ts'
import { planRelays } from './relays.ts'
import type { RunOptions, RunReport } from './run-options.ts'
import type { Desired, Finding, Step } from './step.ts'
import { Tally } from './tally.ts'

/** How many uploads run at the same time; more would only make each one slower. */
const UPLOADS = 10

/**
 * Connects, probes, checks and plans a recipe, and applies it if `apply` is set and no check finds a problem. What goes
 * wrong on a host is in the report.
 */
export async function run(asked: RunOptions): Promise<RunReport> {
  const began = Date.now()
  const tally = new Tally(asked.apply)
  const given = { ...asked, emit: counted(asked.emit, tally) }
  const fleet = makeFleet(given)
  emitStart(given)
  try {
    await connectAll(fleet, given)
    const options = adaptToFacts(given, fleet)
    const problems = check(fleet, options)
    const graph = makeGraph(fleet, options)
    const relays = planRelays(planAll(fleet, graph, options), fleet, options)
    const goesOn = !options.signal.aborted && (problems.length === 0 || !options.apply)
    if (goesOn) await options.planned?.(connectionsOf(fleet))
    if (options.apply && problems.length === 0)
      await applyAll({ fleet, graph, options, uploads: pLimit(UPLOADS), relays })
    const interrupted = options.signal.aborted
    const hosts = outcomes(fleet, tally, options, problems)
    return {
      verb: options.verb,
      applied: options.apply,
      ok: exitOf(hosts, interrupted) === 'ok',
      interrupted,
      ms: Date.now() - began,
      hosts,
      ignorable: problems.flatMap(({ id, firm }) => (firm ? [] : id)),
      desired: options.desired,
      facts: factsByHost(fleet),
    }
  } finally {
    for (const host of fleet.values()) host.close()
  }
}

function counted(emit: Emit, tally: Tally): Emit {
  return (event) => {
    tally.on(event)
    emit(event)
  }
}

function makeFleet(options: RunOptions): Fleet {
  const hosts = [...options.hosts, ...neededHosts(options)]
  const also = options.relay ? [addresses] : []
  return new Map(
    hosts.map((host) => [host.name, new HostRun(host, [...factsOf(host, options), ...also], options)]),
  )
}

/** Logs in to all hosts in parallel and probes them. A host that fails does not hold up the others. */
async function connectAll(fleet: Fleet, { forks }: RunOptions): Promise<void> {
  await logInAll([...fleet.values()], forks, (host, options) => host.connect(options))
}

/** The options with `desired` adapted to what the probe found. */
function adaptToFacts(options: RunOptions, fleet: Fleet): RunOptions {
  const { desired, orient } = options
  return orient ? { ...options, desired: orient(desired, factsByHost(fleet)) } : options
}

/** Emits all findings. Those that are errors on hosts that the run works on become errors of these, and are returned. */
function check(fleet: Fleet, options: RunOptions): readonly Finding[] {
  const { recipe, desired, ignore, emit } = options
  const contexts = [...fleet.values()].flatMap((at) => (at.facts ? [planContext(at, fleet, desired)] : []))
  const found = findings(recipe, contexts, desired, ignore)
  for (const { hosts, finding } of alike(found)) emit({ event: 'finding', finding, hosts })
  const names = new Set(options.hosts.map((host) => host.name))
  const problems = found.filter(({ level, host }) => level === 'error' && names.has(host))
  for (const { step, id, host, message, hint } of problems)
    fleet.get(host)?.refuse(new ConvecthubError(id, message, { host, step, hint }))
  return problems
}

function makeGraph(fleet: Fleet, options: RunOptions): Graph {
  const nodes = [...fleet.values()].flatMap(({ host }) =>
    stepsOf(host, options).map((step) => on(step, host)),
  )
  return new Graph(options.recipe, nodes, options.desired)
}

/** Plans every step whose facts are known by now, and emits the plans. Returns those of the selected hosts. */
function planAll(fleet: Fleet, graph: Graph, options: RunOptions): readonly HostPlan[] {
  const plans: HostPlan[] = []
  for (const at of fleet.values()) {
    for (const step of stepsOf(at.host, options)) {
      const planned = planOrFail(step, at, fleet, options)
      if (!options.hosts.includes(at.host)) {
        // nothing is changed on this host, so the outcome is already known
        graph.settle(on(step, at.host), { outcome: planned?.length === 0 ? 'unchanged' : 'blocked' })
      } else if (planned) {
        options.emit({ event: 'planned', host: at.host.name, step: step.id, changes: planned })
        plans.push({ host: at.host.name, changes: planned })
      } else if (!options.apply && !at.gone) {
        const blockedBy = awaited(step, at, fleet, options.desired)
        options.emit({ event: 'step', ...on(step, at.host), outcome: 'blocked', ms: 0, blockedBy })
      }
    }
  }
  return plans
}

/** The login without which a step cannot be planned: that of a host whose facts it reads. */
function awaited(step: Step, { host }: HostRun, fleet: Fleet, desired: Desired): string {
  const away = seenHosts(step, host, desired).find((name) => !fleet.get(name)?.facts)
  return refName({ step: 'connect', host: away ?? host.name })
}

/** Plans a step. When that throws on this host's facts, the host fails and the others go on. */
function planOrFail(step: Step, at: HostRun, fleet: Fleet, { desired }: RunOptions) {
  if (at.gone) return undefined
  try {
    return planStep(step, at, fleet, desired)
  } catch (error) {
    at.fail(atHost(error, at.host.name, step.id))
    return undefined
  }
}

/** Does the steps of all hosts: in the recipe's order on each host, with all hosts in parallel. */
async function applyAll(walk: Walk): Promise<void> {
  const { options, fleet, relays } = walk
  const selected = [...fleet.values()].filter(({ host }) => options.hosts.includes(host))
  await relays?.open(fleet)
  await Promise.all(selected.map((at) => walkHost(at, walk)))
  await Promise.all(selected.map((at) => relays?.close(at)))
}

async function walkHost(at: HostRun, walk: Walk): Promise<void> {
  const { options, graph, relays } = walk
  let failedBefore: string | undefined
  for (const step of stepsOf(at.host, options)) {
    const ref = on(step, at.host)
    const { ms, ...ending } = await doStep(step, at, walk, failedBefore)
    if (ending.outcome === 'failed' || ending.outcome === 'blocked')
      failedBefore ??= ending.blockedBy ?? refName(ref)
    if (ending.error && ending.error !== at.gone) at.errors.push(ending.error)
    options.emit({ event: 'step', ...ref, ms, ...ending })
    graph.settle(ref, ending)
    if (relays?.over) await relays.close(at)
  }
  relays?.leave(at)
}

function emitStart({ verb, apply, hosts, recipe, desired, emit }: RunOptions): void {
  emit({
    event: 'run',
    verb,
    applies: apply,
    hosts: hosts.map(({ name }) => name),
    steps: recipe.map(({ id, title }) => ({ id, title })),
    standIn: desired.bundle?.standIn ?? false,
  })
}

/** How the run ended on each selected host, and on others that did not answer and that a selected one waits for. */
function outcomes(
  fleet: Fleet,
  tally: Tally,
  { hosts, apply }: RunOptions,
  problems: readonly Finding[],
): HostOutcome[] {
  const complete = !apply || problems.length === 0
  const outcomeOf = ({ host, errors, facts }: HostRun) =>
    tally.outcome(host.name, errors, { reached: facts !== undefined, complete })
  const all = [...fleet.values()]
  const selected = all.filter(({ host }) => hosts.includes(host)).map(outcomeOf)
  const awaited = new Set(selected.map(({ blockedBy }) => blockedBy?.split(' on ').at(-1)))
  const others = all.filter(({ host, errors }) => !hosts.includes(host) && errors.length > 0)
  return [...selected, ...others.filter(({ host }) => awaited.has(host.name)).map(outcomeOf)]
}

function factsByHost(fleet: Fleet): ReadonlyMap<string, Facts> {
  return new Map([...fleet].flatMap(([name, { facts }]) => (facts ? [[name, facts]] : [])))
}

function connectionsOf(fleet: Fleet): ReadonlyMap<string, Connection> {
  return new Map([...fleet].flatMap(([name, { connection }]) => (connection ? [[name, connection]] : [])))
}
