import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { applyGraph, type Ended, plannable, refKey, type Settled } from './apply-graph.ts'
import { findings } from './findings.ts'
import { atHost, connectFleet, planContext, stepsOf } from './fleet.ts'
import type { Fleet, RunOptions, RunReport } from './run-options.ts'
import type { Step } from './step.ts'
import { summarize } from './summarize.ts'

/**
 * Connects, probes, checks, plans and (unless it is a plan) applies a recipe. Throws ConvecthubErrors when a check
 * found a problem; everything else that goes wrong on a host is in the report. A summary is always the last event.
 */
export async function run(given: RunOptions): Promise<RunReport> {
  let options = given
  const { recipe, emit, signal } = options
  const began = Date.now()
  const names = options.hosts.map((host) => host.name)
  const titles = recipe.map(({ id, title }) => ({ id, title }))
  emit({
    event: 'run',
    verb: options.verb,
    hosts: names,
    steps: titles,
    standIn: options.wishes.bundle?.standIn ?? false,
  })

  const hosts = [...options.hosts, ...neededHosts(options)]
  let fleet: Fleet = { connections: new Map(), facts: new Map(), unreachable: new Map() }
  let settled: Settled[] = []
  let ok = false
  const end = () => {
    const summaries = summarize(options.hosts, settled, fleet.unreachable)
    ok &&=
      !signal.aborted && summaries.every(({ failed, blocked, error }) => failed + blocked === 0 && !error)
    emit({
      event: 'summary',
      verb: options.verb,
      ok,
      ms: Date.now() - began,
      hosts: summaries,
      interrupted: signal.aborted,
    })
    return summaries
  }
  try {
    fleet = await connectFleet(hosts, options)
    options = { ...options, wishes: options.orient?.(options.wishes, fleet.facts) ?? options.wishes }
    const reached = hosts.filter((host) => fleet.facts.has(host.name))
    throwProblems(reached, fleet, options)
    const { changes, stands } = planAll(hosts, fleet, options)
    await options.planned?.(fleet)
    if (options.apply) settled = await applyGraph(fleet, stands, options)
    ok = true
    return {
      changes,
      wishes: options.wishes,
      facts: fleet.facts,
      interrupted: signal.aborted,
      hosts: end(),
      ok,
    }
  } catch (error) {
    end()
    throw error
  } finally {
    for (const connection of fleet.connections.values()) connection.close()
  }
}

/** Plans every step that can be planned from what is known now, and tells it. */
function planAll(hosts: readonly ClusterHost[], fleet: Fleet, options: RunOptions) {
  let changes = 0
  const stands = new Map<string, Ended>()
  for (const host of hosts) {
    for (const step of stepsOf(host, options)) {
      const planned = planOf(step, host, fleet, options)
      if (!options.hosts.includes(host)) {
        const isSo = planned?.length === 0
        stands.set(refKey({ step: step.id, host: host.name }), { outcome: isSo ? 'unchanged' : 'blocked' })
      } else if (planned) {
        changes += planned.length
        options.emit({ event: 'planned', host: host.name, step: step.id, changes: planned })
      }
    }
  }
  return { changes, stands }
}

/** A host whose answers cannot be planned by fails, and the others go on. */
function planOf(step: Step, host: ClusterHost, fleet: Fleet, options: RunOptions) {
  if (fleet.unreachable.has(host.name) || !plannable(step, host, fleet, options)) return undefined
  try {
    return step.plan(planContext(host, fleet, options))
  } catch (cause) {
    const error = atHost(cause, host.name, step.id)
    fleet.unreachable.set(host.name, error)
    options.emit({ event: 'host-failed', host: host.name, error })
    return undefined
  }
}

/** Tells all findings, and stops the run where one is an error of a host that it works on. */
function throwProblems(reached: readonly ClusterHost[], fleet: Fleet, options: RunOptions): void {
  const context = (host: ClusterHost) => planContext(host, fleet, options)
  const found = findings(options.recipe, options.wishes, reached, context, options.ignore)
  for (const finding of found) options.emit({ event: 'finding', finding })
  const names = new Set(options.hosts.map((host) => host.name))
  const problems = found.filter(({ level, host }) => level === 'error' && names.has(host))
  if (problems.length === 0) return
  throw new ConvecthubErrors(
    problems.map(
      ({ id, host, message, hint }) =>
        new ConvecthubError(id, 'preflight', message, { host, step: 'preflight', hint }),
    ),
  )
}

/** Hosts outside the selection that a selected one's steps need, or want to hear. */
function neededHosts({ recipe, wishes, hosts }: RunOptions): readonly ClusterHost[] {
  const names = hosts.flatMap((host) =>
    stepsOf(host, { recipe, wishes }).flatMap((step) => [
      ...(step.needs?.(host, wishes) ?? []).map((ref) => ref.host),
      ...(step.asks?.(host, wishes) ?? []).map(({ name }) => name),
    ]),
  )
  return wishes.cluster.hosts.filter((host) => !hosts.includes(host) && names.includes(host.name))
}
