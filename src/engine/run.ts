import pLimit from 'p-limit'
import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import type { Facts } from '../facts/fact.ts'
import { system } from '../facts/system.ts'
import type { Connection } from '../transport/connection.ts'
import { apply, interrupted } from './apply.ts'
import type { Emit, HostSummary, Outcome } from './event.ts'
import { findings } from './findings.ts'
import { awaitJobs, jobs } from './jobs.ts'
import { factsOf, probe } from './probe.ts'
import type { PlanContext, Step, StepRef, Wishes } from './step.ts'
import { summarize } from './summarize.ts'
import type { UploadSource } from './upload.ts'

export interface RunOptions {
  verb: string
  /** Hosts do these in this order; a `needs` or `after` must name an earlier step, or the same one on another host. */
  recipe: readonly Step[]
  wishes: Wishes
  /** The hosts to work on; others are only asked when a step needs them. */
  hosts: readonly ClusterHost[]
  connect(host: ClusterHost): Promise<Connection>
  source: UploadSource
  /** False for a plan: nothing is changed. */
  apply: boolean
  /** Most logins at once. */
  forks: number
  /** Ids of findings that count as warnings. */
  ignore: ReadonlySet<string>
  /** Who holds the hosts' locks, for others to read. */
  owner: string
  emit: Emit
  signal: AbortSignal
}

export interface RunReport {
  ok: boolean
  interrupted: boolean
  hosts: readonly HostSummary[]
  /** Changes planned in all. */
  changes: number
  /** The facts of each host that answered, as last probed. */
  facts: ReadonlyMap<string, Facts>
  errors: readonly ConvecthubError[]
}

interface Ended {
  outcome: Outcome
  error?: ConvecthubError
  blockedBy?: string
}

/**
 * Connects, probes, checks, plans and (unless it is a plan) applies a recipe. Hosts do not wait for each other except
 * where a step needs something. Throws ConvecthubErrors when preflight found a problem; everything else that goes
 * wrong on a host is in the report.
 */
export async function run(options: RunOptions): Promise<RunReport> {
  const { recipe, wishes, emit, signal } = options
  const began = Date.now()
  const selected = new Set(options.hosts.map((host) => host.name))
  const hosts = [...options.hosts, ...neededHosts(options)]
  const stepsOf = (host: ClusterHost) => recipe.filter((step) => step.hosts(wishes).includes(host))
  const connections = new Map<string, Connection>()
  const facts = new Map<string, Facts>()
  const unreachable = new Map<string, ConvecthubError>()

  const titles = recipe.map(({ id, title }) => ({ id, title }))
  const standIn = wishes.bundle?.standIn ?? false
  emit({ event: 'run', verb: options.verb, hosts: [...selected], steps: titles, standIn })
  try {
    const limit = pLimit(options.forks)
    await Promise.all(
      hosts.map((host) =>
        limit(async () => {
          const start = Date.now()
          try {
            const connection = await options.connect(host)
            connections.set(host.name, connection)
            const wanted = [system, jobs, ...factsOf(stepsOf(host), host, wishes)]
            let answers = await probe(connection, wanted, signal)
            if (options.apply && (await awaitJobs(connection, answers.get(jobs), emit, signal))) {
              answers = await probe(connection, wanted, signal)
            }
            facts.set(host.name, answers)
            emit({
              event: 'connected',
              host: host.name,
              ms: Date.now() - start,
              os: answers.get(system).os.name,
            })
          } catch (error) {
            const known = signal.aborted
              ? interrupted(host.name, 'connect', undefined)
              : asError(error, host.name, 'connect')
            unreachable.set(host.name, known)
            emit({ event: 'host-failed', host: host.name, error: known })
          }
        }),
      ),
    )

    const context = (host: ClusterHost): PlanContext => ({
      ...wishes,
      host,
      facts: get(facts, host.name),
      peer: (name) => get(facts, name),
    })
    const reached = hosts.filter((host) => facts.has(host.name))
    const found = findings(recipe, wishes, reached, context, options.ignore)
    for (const finding of found) emit({ event: 'finding', finding })
    const problems = found.filter((finding) => finding.level === 'error' && selected.has(finding.host))
    if (problems.length > 0) {
      throw new ConvecthubErrors(
        problems.map(
          ({ id, host, message, hint }) =>
            new ConvecthubError(id, 'preflight', message, { host, step: 'preflight', hint }),
        ),
      )
    }

    let changes = 0
    const ended = new Map<string, Promise<Ended>>()
    const key = (ref: StepRef) => `${ref.step} on ${ref.host}`
    const plannable = (step: Step, host: ClusterHost) =>
      facts.has(host.name) && (step.needs?.(host, wishes) ?? []).every((ref) => facts.has(ref.host))
    const plan = (step: Step, host: ClusterHost) => step.plan(context(host))

    for (const host of reached) {
      for (const step of stepsOf(host)) {
        if (!plannable(step, host)) continue
        const planned = plan(step, host)
        if (!selected.has(host.name)) {
          const outcome: Outcome = planned.length === 0 ? 'unchanged' : 'blocked'
          ended.set(key({ step: step.id, host: host.name }), Promise.resolve({ outcome }))
          continue
        }
        changes += planned.length
        emit({ event: 'planned', host: host.name, step: step.id, changes: planned })
      }
    }

    const settled: { host: string; step: string; ended: Ended }[] = []
    const finish = (host: ClusterHost, step: Step, result: Ended, ms: number): Ended => {
      settled.push({ host: host.name, step: step.id, ended: result })
      emit({ event: 'step', host: host.name, step: step.id, ms, ...result })
      return result
    }

    async function doStep(step: Step, host: ClusterHost, failedBefore: string | undefined): Promise<Ended> {
      const lost = unreachable.get(host.name)
      if (lost) return { outcome: 'failed', error: lost }
      if (plannable(step, host) && plan(step, host).length === 0) return { outcome: 'unchanged' }
      if (failedBefore) return { outcome: 'blocked', blockedBy: failedBefore }
      for (const ref of step.needs?.(host, wishes) ?? []) {
        const result = await ended.get(key(ref))
        if (result && result.outcome !== 'changed' && result.outcome !== 'unchanged') {
          return { outcome: signal.aborted ? 'skipped' : 'blocked', blockedBy: key(ref) }
        }
      }
      await Promise.all((step.after?.(host, wishes) ?? []).map((ref) => ended.get(key(ref))))
      if (signal.aborted) return { outcome: 'skipped' }
      const planned = plan(step, host)
      if (planned.length === 0) return { outcome: 'unchanged' }
      emit({ event: 'step-start', host: host.name, step: step.id })
      try {
        const connection = get(connections, host.name)
        await connection.lock(options.owner)
        facts.set(
          host.name,
          await apply({
            connection,
            host: host.name,
            step: step.id,
            changes: planned,
            facts: [system, jobs, ...factsOf(stepsOf(host), host, wishes)],
            source: options.source,
            emit,
            signal,
          }),
        )
        const left = plan(step, host)
        if (left.length === 0) return { outcome: 'changed' }
        throw new ConvecthubError(
          'NOT_PROVEN',
          'failed',
          `done, but not so afterwards: ${left.map(({ title }) => title).join('; ')}`,
          {
            host: host.name,
            step: step.id,
            hint: 'something on the host undoes it; look there, then run the same command again',
          },
        )
      } catch (error) {
        return {
          outcome: 'failed',
          error: signal.aborted
            ? interrupted(host.name, step.id, undefined)
            : asError(error, host.name, step.id),
        }
      }
    }

    if (options.apply) {
      await Promise.all(
        options.hosts.map(async (host) => {
          let failedBefore: string | undefined
          const steps = stepsOf(host)
          // every step's end is announced before the first begins, so that others can wait for it
          const announce = steps.map((step) => {
            let resolve: (ended: Ended) => void = () => {}
            ended.set(
              key({ step: step.id, host: host.name }),
              new Promise((done) => {
                resolve = done
              }),
            )
            return resolve
          })
          for (const [i, step] of steps.entries()) {
            const start = Date.now()
            const result = finish(host, step, await doStep(step, host, failedBefore), Date.now() - start)
            if (result.outcome === 'failed' || result.outcome === 'blocked')
              failedBefore ??= result.blockedBy ?? key({ step: step.id, host: host.name })
            announce[i]?.(result)
          }
        }),
      )
    }

    const summaries = summarize(options.hosts, settled, unreachable)
    const ok =
      !signal.aborted && summaries.every(({ failed, blocked, error }) => failed + blocked === 0 && !error)
    const report: RunReport = {
      ok,
      interrupted: signal.aborted,
      hosts: summaries,
      changes,
      facts,
      errors: summaries.flatMap(({ error }) => error ?? []),
    }
    emit({
      event: 'summary',
      verb: options.verb,
      ok,
      ms: Date.now() - began,
      hosts: summaries,
      interrupted: signal.aborted,
    })
    return report
  } catch (error) {
    emit({
      event: 'summary',
      verb: options.verb,
      ok: false,
      ms: Date.now() - began,
      hosts: summarize(options.hosts, [], unreachable),
      interrupted: signal.aborted,
    })
    throw error
  } finally {
    for (const connection of connections.values()) connection.close()
  }
}

/** Hosts outside the selection that a selected one's steps need. */
function neededHosts({ recipe, wishes, hosts }: RunOptions): readonly ClusterHost[] {
  const names = new Set(
    recipe
      .flatMap((step) =>
        hosts
          .filter((host) => step.hosts(wishes).includes(host))
          .flatMap((host) => step.needs?.(host, wishes) ?? []),
      )
      .map((ref) => ref.host),
  )
  return wishes.cluster.hosts.filter((host) => names.has(host.name) && !hosts.includes(host))
}

function asError(error: unknown, host: string, step: string): ConvecthubError {
  if (error instanceof ConvecthubError) {
    return new ConvecthubError(error.code, error.exit, error.message, { step, ...error.details, host })
  }
  throw error
}

function get<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new Error(`nothing is known of ${name}`)
  return value
}
