import type { LimitFunction } from 'p-limit'
import { ConvecthubError } from '../errors.ts'
import { jobs } from '../facts/jobs.ts'
import { apply } from './apply.ts'
import { atHost } from './at-host.ts'
import type { Ending, Graph } from './graph.ts'
import type { HostRun } from './host-run.ts'
import { interrupted } from './interrupted.ts'
import { settleJob } from './jobs.ts'
import { type Fleet, planContext, planStep } from './plan-step.ts'
import { probe } from './probe.ts'
import { factsFrom } from './recipe-steps.ts'
import type { Relays } from './relays.ts'
import type { RunOptions } from './run-options.ts'
import type { Step } from './step.ts'

/** What all steps of a run share. */
export interface Walk {
  options: RunOptions
  fleet: Fleet
  graph: Graph
  /** Limits how many uploads run at the same time. */
  uploads: LimitFunction
  relays: Relays | undefined
}

/** One step on one host, with the run that it is part of. */
interface Turn extends Walk {
  step: Step
  at: HostRun
}

/**
 * Does one step on one host, after the steps that it waits for have ended; `ms` does not include that wait.
 * `failedBefore` names an earlier step of this host that did not succeed: then nothing is changed, and the step is only
 * checked for being satisfied anyway. Never rejects.
 */
export async function doStep(
  step: Step,
  at: HostRun,
  walk: Walk,
  failedBefore: string | undefined,
): Promise<Ending & { ms: number }> {
  const turn: Turn = { ...walk, step, at }
  let began = Date.now()
  let ending: Ending
  try {
    if (failedBefore) ending = afterFailure(turn, failedBefore)
    else {
      if (at.gone) throw at.gone
      const { blockedBy, changed } = await walk.graph.wait(step, at.host)
      began = Date.now()
      // other hosts may have changed what this step sees, such as a node that joined
      if (changed && !walk.options.signal.aborted) await probeAgain(turn)
      ending = await applyIfNeeded(turn, blockedBy)
    }
  } catch (error) {
    ending = failure(error, turn)
  }
  return { ...ending, ms: Date.now() - began }
}

function afterFailure(turn: Turn, failedBefore: string): Ending {
  if (turn.at.gone) return { outcome: 'blocked', blockedBy: failedBefore }
  if (isSatisfied(turn)) return { outcome: 'unchanged' }
  return { outcome: turn.options.signal.aborted ? 'skipped' : 'blocked', blockedBy: failedBefore }
}

async function applyIfNeeded(turn: Turn, blockedBy: string | undefined): Promise<Ending> {
  if (isSatisfied(turn)) return { outcome: 'unchanged' }
  if (turn.options.signal.aborted) return { outcome: 'skipped' }
  if (blockedBy) return { outcome: 'blocked', blockedBy }
  await applyStep(turn)
  return { outcome: 'changed' }
}

function isSatisfied({ step, at, fleet, options }: Turn): boolean {
  return planStep(step, at, fleet, options.desired)?.length === 0
}

async function probeAgain({ step, at, options }: Turn): Promise<void> {
  const facts = factsFrom(step, at.host, options)
  at.learn(await at.withLink(step.id, (connection) => probe(connection, facts, options.signal)))
}

/** Makes the changes of a step and verifies them. Error: NOT_PROVEN when the plan is not empty afterwards. */
async function applyStep({ step, at, fleet, options, uploads, relays }: Turn): Promise<void> {
  const { owner, source, emit, signal } = options
  // also where a host that it sees has not answered, which must not look like nothing to do
  const plan = () => step.plan(planContext(at, fleet, options.desired))
  const host = at.host.name
  const facts = factsFrom(step, at.host, options)
  emit({ event: 'step-start', host, step: step.id })
  await at.withLink(step.id, async (connection) => {
    const job = at.facts?.get(jobs).find(({ name }) => step.ends?.includes(name))
    if (job) {
      await settleJob(connection, job, plan(), options)
      at.learn(await probe(connection, [jobs, ...facts], signal))
    }
    // a job that kept running while the connection was down may have done it already
    const changes = plan()
    if (changes.length === 0) return
    at.learn(
      await apply({
        ...{ connection, host, step: step.id, owner, changes, facts, source, uploads, emit, signal },
        relay: relays?.of(at),
      }),
    )
  })
  const left = plan()
  if (left.length > 0) throw notProven(left.map(({ title }) => title))
}

function failure(error: unknown, { step, at, options }: Turn): Ending {
  const host = at.host.name
  const known = atHost(error, host, step.id)
  const stopped = options.signal.aborted && known.code !== 'INTERRUPTED'
  return { outcome: 'failed', error: stopped ? interrupted(host, step.id, undefined) : known }
}

function notProven(titles: readonly string[]): ConvecthubError {
  return new ConvecthubError('NOT_PROVEN', `done, but not in effect afterwards: ${titles.join('; ')}`, {
    hint: 'something on the host undoes it; look there, then run the same command again',
  })
}
