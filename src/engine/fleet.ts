import pLimit from 'p-limit'
import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError, faultOf } from '../errors.ts'
import type { Facts } from '../facts/fact.ts'
import { jobs } from '../facts/jobs.ts'
import { system } from '../facts/system.ts'
import type { Connection } from '../transport/connection.ts'
import { interrupted } from './interrupted.ts'
import { reach } from './reach.ts'
import type { Fleet, RunOptions } from './run-options.ts'
import type { PlanContext, Step } from './step.ts'

/** The steps of a recipe that concern this host, in order. */
export function stepsOf(
  host: ClusterHost,
  { recipe, wishes }: Pick<RunOptions, 'recipe' | 'wishes'>,
): readonly Step[] {
  return recipe.filter((step) => step.hosts(wishes).includes(host))
}

/**
 * All facts that a host is asked: those of its steps and what the engine itself wants to know. A driver is asked what the
 * one that leads is asked, for who that is shows in the answers.
 */
export function factsOf(host: ClusterHost, { recipe, wishes }: Pick<RunOptions, 'recipe' | 'wishes'>) {
  const { cluster } = wishes
  const own = host.role === 'driver' ? { ...wishes, cluster: { ...cluster, lead: host } } : wishes
  return [system, jobs, ...stepsOf(host, { recipe, wishes: own }).flatMap((step) => step.facts(host, own))]
}

/** What a change of this step may alter of what its host still has to do: the facts of the step and those behind it. */
export function factsFrom(step: Step, host: ClusterHost, options: Pick<RunOptions, 'recipe' | 'wishes'>) {
  const steps = stepsOf(host, options)
  return steps.slice(steps.indexOf(step)).flatMap((each) => each.facts(host, options.wishes))
}

/** What a step may look at when it plans for this host. */
export function planContext(host: ClusterHost, fleet: Fleet, { wishes }: RunOptions): PlanContext {
  const facts = fleet.facts.get(host.name)
  if (facts === undefined) throw new Error(`the facts of ${host.name} are not known`)
  return { ...wishes, host, facts, peer: (name) => fleet.facts.get(name) }
}

/** Logs in to all hosts at once and probes each as soon as it is there; a host that fails does not hold up others. */
export async function connectFleet(hosts: readonly ClusterHost[], options: RunOptions): Promise<Fleet> {
  const { emit, signal } = options
  const connections = new Map<string, Connection>()
  const facts = new Map<string, Facts>()
  const unreachable = new Map<string, ConvecthubError>()
  const limit = pLimit(options.forks)

  const logIn = async (host: ClusterHost) => {
    const start = Date.now()
    const answered = await reach(host, factsOf(host, options), options, { back: false })
    connections.set(host.name, answered.connection)
    facts.set(host.name, answered.facts)
    const { os } = answered.facts.get(system)
    emit({ event: 'connected', host: host.name, ms: Date.now() - start, os: os.name })
  }
  await Promise.all(
    hosts.map((host) =>
      limit(() => logIn(host)).catch((error) => {
        const known = signal.aborted
          ? interrupted(host.name, 'connect', undefined)
          : atHost(error, host.name, 'connect')
        unreachable.set(host.name, known)
        emit({ event: 'host-failed', host: host.name, error: known })
      }),
    ),
  )
  return { connections, facts, unreachable }
}

/**
 * The error with host and step. What is not a ConvecthubError is a fault of ours, which one host's answers may have
 * found: it is FAULT on that host, and the others go on.
 */
export function atHost(error: unknown, host: string, step: string): ConvecthubError {
  const { code, exit, message, details } = faultOf(error)
  return new ConvecthubError(code, exit, message, { step, ...details, host })
}
