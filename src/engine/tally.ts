import type { ConvecthubError } from '../errors.ts'
import { type HostOutcome, type Outcome, resultOf } from '../outcome.ts'
import type { EngineEvent } from './event.ts'

/** What has been counted of a host so far. */
interface Counts {
  changes: number
  waits: number
  steps: Record<Outcome, number>
  ms: number
  blockedBy?: string
}

/** Counts, from the events of a run, what happened on each host. */
export class Tally {
  readonly #applied: boolean
  readonly #counts = new Map<string, Counts>()

  /** `applied`: the run makes changes. Else what is planned is counted. */
  constructor(applied: boolean) {
    this.#applied = applied
  }

  on(event: EngineEvent): void {
    if (event.event === 'planned' && !this.#applied) this.#planned(event)
    if (event.event === 'change-end') this.#change(event.host, event.change.kind)
    if (event.event === 'step') this.#step(event)
  }

  /** How the run ended on a host. `reached`: it answered; `complete`: no check stopped the run. */
  outcome(
    host: string,
    errors: readonly ConvecthubError[],
    state: { reached: boolean; complete: boolean },
  ): HostOutcome {
    const counted = { host, ...this.#of(host), errors }
    return { ...counted, result: resultOf(counted, state) }
  }

  #planned({ host, changes }: Extract<EngineEvent, { event: 'planned' }>): void {
    this.#of(host).steps[changes.length > 0 ? 'changed' : 'unchanged'] += 1
    for (const { kind } of changes) this.#change(host, kind)
  }

  #change(host: string, kind: string): void {
    this.#of(host)[kind === 'wait' ? 'waits' : 'changes'] += 1
  }

  #step({ host, outcome, ms, blockedBy }: Extract<EngineEvent, { event: 'step' }>): void {
    const counts = this.#of(host)
    counts.steps[outcome] += 1
    counts.ms += ms
    if (blockedBy && !blockedBy.endsWith(` on ${host}`)) counts.blockedBy ??= blockedBy
  }

  #of(host: string): Counts {
    const found = this.#counts.get(host)
    if (found) return found
    const none = { changed: 0, unchanged: 0, failed: 0, blocked: 0, skipped: 0 }
    const counts = { changes: 0, waits: 0, steps: none, ms: 0 }
    this.#counts.set(host, counts)
    return counts
  }
}
