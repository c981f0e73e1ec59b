import pLimit from 'p-limit'
import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import { type Facts, laterFacts } from '../facts/fact.ts'
import { jobs } from '../facts/jobs.ts'
import { apply } from './apply.ts'
import type { Outcome } from './event.ts'
import { atHost, factsFrom, planContext, stepsOf } from './fleet.ts'
import { interrupted } from './interrupted.ts'
import { settleJob } from './jobs.ts'
import { probe } from './probe.ts'
import type { Fleet, RunOptions } from './run-options.ts'
import type { Step, StepRef } from './step.ts'
import { withLink } from './with-link.ts'

/** Most uploads at once: more would only make each slower. */
const UPLOADS = 10

/** How a step ended on a host. */
export interface Ended {
  outcome: Outcome
  error?: ConvecthubError
  blockedBy?: string
}

export interface Settled extends StepRef {
  ended: Ended
}

/** A step whose plan can be made: its host and those that it looks at have answered. */
export function plannable(step: Step, host: ClusterHost, fleet: Fleet, { wishes }: RunOptions): boolean {
  const seen =
    step.sees?.(host, wishes).map(({ name }) => name) ??
    (step.needs?.(host, wishes) ?? []).map((ref) => ref.host)
  return [host.name, ...seen].every((name) => fleet.facts.has(name))
}

/**
 * Walks the graph of (step, host): on one host in the recipe's order, across hosts only where `needs` and `after`
 * say so. `given` tells how the steps of hosts outside the selection stand.
 */
export async function applyGraph(
  fleet: Fleet,
  given: ReadonlyMap<string, Ended>,
  options: RunOptions,
): Promise<Settled[]> {
  const { wishes, emit, signal } = options
  const uploads = pLimit(UPLOADS)
  const settled: Settled[] = []
  const endings = new Map<string, { promise: Promise<Ended>; resolve(ended: Ended): void }>()
  for (const [key, ended] of given) endings.set(key, { promise: Promise.resolve(ended), resolve: () => {} })
  for (const host of options.hosts) {
    for (const step of stepsOf(host, options))
      endings.set(refKey({ step: step.id, host: host.name }), deferred())
  }
  const ending = (ref: StepRef) => endings.get(refKey(ref))?.promise

  /** Waits for all that a step needs or comes after: what it lacks, and whether anything was changed there. */
  const wait = async (step: Step, host: ClusterHost) => {
    const needs = step.needs?.(host, wishes) ?? []
    const needed = await Promise.all(needs.map(ending))
    const before = await Promise.all((step.after?.(host, wishes) ?? []).map(ending))
    const lacking = needed.findIndex((end) => end && end.outcome !== 'changed' && end.outcome !== 'unchanged')
    return {
      blockedBy: lacking < 0 ? undefined : refKey(needs[lacking] as StepRef),
      changed: [...needed, ...before].some((end) => end?.outcome === 'changed'),
    }
  }

  const doStep = async (
    step: Step,
    host: ClusterHost,
    failedBefore: string | undefined,
    times: { began: number },
  ): Promise<Ended> => {
    const lost = fleet.unreachable.get(host.name)
    if (lost)
      return failedBefore
        ? { outcome: 'blocked', blockedBy: failedBefore }
        : { outcome: 'failed', error: lost }
    const isSo = () =>
      plannable(step, host, fleet, options) && step.plan(planContext(host, fleet, options)).length === 0
    if (failedBefore) {
      if (isSo()) return { outcome: 'unchanged' }
      return { outcome: signal.aborted ? 'skipped' : 'blocked', blockedBy: failedBefore }
    }
    const { blockedBy, changed } = await wait(step, host)
    // what it waited for is the time of other steps
    times.began = Date.now()
    // what others did may show here, such as a node that joined
    if (changed && !signal.aborted) learn(host, await ask(host, step))
    if (isSo()) return { outcome: 'unchanged' }
    if (signal.aborted) return { outcome: 'skipped' }
    return blockedBy ? { outcome: 'blocked', blockedBy } : makeSo(step, host)
  }

  const learn = (host: ClusterHost, facts: Facts) => {
    const before = fleet.facts.get(host.name)
    fleet.facts.set(host.name, before ? laterFacts(before, facts) : facts)
  }

  const ask = (host: ClusterHost, step: Step) =>
    withLink(host, step.id, fleet, options, (connection) =>
      probe(connection, factsFrom(step, host, options), signal),
    )

  const makeSo = async (step: Step, host: ClusterHost): Promise<Ended> => {
    const plan = () => step.plan(planContext(host, fleet, options))
    emit({ event: 'step-start', host: host.name, step: step.id })
    await withLink(host, step.id, fleet, options, async (connection) => {
      const job = fleet.facts
        .get(host.name)
        ?.get(jobs)
        .find(({ name }) => step.ends?.includes(name))
      if (job) {
        await settleJob(connection, job, plan(), options)
        learn(host, await probe(connection, [jobs, ...factsFrom(step, host, options)], signal))
      }
      // what a broken link let go on may have made it so
      const changes = plan()
      if (changes.length === 0) return
      const { owner, source } = options
      const at = { connection, host: host.name, step: step.id, owner, source, emit, signal }
      const facts = factsFrom(step, host, options)
      learn(host, await apply({ ...at, uploads, changes, facts }))
    })
    const left = plan()
    if (left.length > 0) throw notProven(left.map(({ title }) => title))
    return { outcome: 'changed' }
  }

  const failed = (error: unknown, { step, host }: StepRef): Ended => {
    const known = atHost(error, host, step)
    const stopped = signal.aborted && known.code !== 'INTERRUPTED'
    return { outcome: 'failed', error: stopped ? interrupted(host, step, undefined) : known }
  }

  const walk = async (host: ClusterHost) => {
    let failedBefore: string | undefined
    for (const step of stepsOf(host, options)) {
      const ref = { step: step.id, host: host.name }
      const times = { began: Date.now() }
      const ended = await doStep(step, host, failedBefore, times).catch((error) => failed(error, ref))
      if (ended.outcome === 'failed' || ended.outcome === 'blocked')
        failedBefore ??= ended.blockedBy ?? refKey(ref)
      settled.push({ ...ref, ended })
      emit({ event: 'step', ...ref, ms: Date.now() - times.began, ...ended })
      endings.get(refKey(ref))?.resolve(ended)
    }
  }
  await Promise.all(options.hosts.map(walk))
  return settled
}

/** "k3s-server on driver1". */
export function refKey({ step, host }: StepRef): string {
  return `${step} on ${host}`
}

function notProven(titles: readonly string[]): ConvecthubError {
  return new ConvecthubError('NOT_PROVEN', 'failed', `done, but not so afterwards: ${titles.join('; ')}`, {
    hint: 'something on the host undoes it; look there, then run the same command again',
  })
}

function deferred() {
  let resolve: (ended: Ended) => void = () => {}
  const promise = new Promise<Ended>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
