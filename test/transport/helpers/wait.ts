import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { ConvecthubError } from '../../../src/errors.ts'

/** Asks until `probe` gives something; fails by name when it never does. */
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

/** Whether the process runs; one that ended and waits for its parent does not. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The pid that a remote script wrote there, once it has. */
export function pidIn(file: string): Promise<number> {
  return until(`a pid in ${file}`, () => {
    try {
      return Number(/^(\d+)\n/.exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN) || undefined
    } catch {
      return undefined
    }
  })
}

/** What `work` gives or fails with; a failure of its own when it does neither for long. */
export function settled<T>(work: Promise<T>, ms = 4000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const never = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`neither done nor failed after ${ms} ms`)), ms)
  })
  return Promise.race([work, never]).finally(() => clearTimeout(timer))
}

/** The ConvecthubError that `work` fails with; anything else, success too, fails the test. */
export async function failure(work: Promise<unknown>, ms?: number): Promise<ConvecthubError> {
  const error = await settled(work, ms).then(
    (value) => new Error(`no error, but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConvecthubError)) throw error
  expect(error.details.host).toBe('h1')
  return error
}
