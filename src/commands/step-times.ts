import { addToCache, readCache } from '../artifacts/cache.ts'
import type { EngineEvent } from '../engine/event.ts'

/** The file of these times in the cache. */
const STEP_TIMES = 'step-times.json'

/**
 * How long steps took in earlier runs, ms, by id, and those of this run. Of each run it keeps the slowest host, because
 * a run lasts as long as that one.
 */
export class StepTimes {
  readonly earlier: ReadonlyMap<string, number>
  readonly #now = new Map<string, number>()

  constructor() {
    const cached = Object.entries(readCache(STEP_TIMES))
    this.earlier = new Map(
      cached.flatMap(([step, ms]) => (typeof ms === 'number' && ms >= 0 ? [[step, ms]] : [])),
    )
  }

  on(event: EngineEvent): void {
    if (event.event !== 'step' || event.outcome !== 'changed') return
    this.#now.set(event.step, Math.max(event.ms, this.#now.get(event.step) ?? 0))
  }

  /** Keeps the times of this run for the next one. */
  keep(): void {
    if (this.#now.size > 0) addToCache(STEP_TIMES, Object.fromEntries(this.#now))
  }
}
