import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { ConvecthubError } from '../../../src/errors.ts'

/** Polls `probe` until it returns a value. Fails with `what` in the message after `ms`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  ms = 10_000,
): Promise<Exclude<T, undefined | false | null>> {
  for (const end = Date.now() + ms; ; await pause(10)) {
    const found = await probe()
    if (found !== undefined && found !== false && found !== null) return found as never
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
  }
}

/** Whether a process runs. A zombie does not. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits until a remote script has written a pid to the file, and returns it. */
export function pidIn(file: string): Promise<number> {
  return until(`a pid in ${file}`, () => {
    try {
      return Number(/^(\d+)\n/.exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN) || undefined
    } catch {
      return undefined
    }
  })
}

/** Settles as `work` does, or fails after `ms`. */
export function settled<T>(work: Promise<T>, ms = 4000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const never = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`neither done nor failed after ${ms} ms`)), ms)
  })
  return Promise.race([work, never]).finally(() => clearTimeout(timer))
}

/** Returns the ConvecthubError that `work` fails with. Success or any other error fails the test. */
export async function failure(work: Promise<unknown>, ms?: number): Promise<ConvecthubError> {
  const error = await settled(work, ms).then(
    (value) => new Error(`no error, but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConvecthubError)) throw error
  expect(error.details.host).toBe('h1')
  return error
}
