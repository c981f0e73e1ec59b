import { ConvecthubError } from '../errors.ts'
import type { Link } from './link.ts'

/** The error of a login that ended because the run was stopped: INTERRUPTED. */
export function stopped(host: string): ConvecthubError {
  return new ConvecthubError('INTERRUPTED', 'the login was stopped', {
    host,
    hint: 'the same command continues',
  })
}

/** Settles as `work` does. Closes the link, which `work` uses, when the run is stopped before that. */
export async function stoppable<T>(
  signal: AbortSignal | undefined,
  link: Link,
  work: () => Promise<T>,
): Promise<T> {
  signal?.addEventListener('abort', link.close)
  try {
    if (signal?.aborted) link.close()
    return await work()
  } finally {
    signal?.removeEventListener('abort', link.close)
  }
}
