import { setTimeout as sleep } from 'node:timers/promises'
import { ConvecthubError } from '../../errors.ts'
import { interrupted } from './http-exchange.ts'
import { passes } from './passing.ts'

export interface PersistOptions {
  /** How long to wait before the second try, ms; twice as long each further time. */
  pause: number
  signal: AbortSignal | undefined
}

/** How many tries in a row may bring nothing new. */
const TRIES = 4

/** What counts as something new, bytes. */
const STEP = 64 * 1024

/**
 * Tries until it succeeds, as long as the errors may pass. `size` is how many bytes there are: tries that bring the
 * file forward are not counted, so that a long download survives many short interruptions.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  { pause, signal }: PersistOptions,
  size: () => number = () => 0,
): Promise<T> {
  let best = size()
  for (let failed = 1; ; failed++) {
    try {
      return await attempt()
    } catch (error) {
      const wait = error instanceof ConvecthubError ? passes(error) : undefined
      if (size() >= best + STEP) {
        best = size()
        failed = 1
      }
      if (wait === undefined || failed === TRIES) throw error
      // not all of several clients at the same time
      const jittered = pause * 2 ** (failed - 1) * (0.5 + Math.random())
      await sleep(Math.max(wait, jittered), undefined, signal && { signal }).catch((cause) => {
        throw signal?.aborted ? interrupted(signal) : cause
      })
    }
  }
}
