import type { ConvecthubError } from '../../errors.ts'
import { BadStatus } from './exchange-faults.ts'
import { ProxyProblem } from './http-agents.ts'

/** Codes and statuses of problems that may pass. */
const PASSING = new Set<string | number | undefined>([
  ...['EAI_AGAIN', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UNREACHED', 'SILENT', 'STALLED', 'SHORT'],
  ...[429, 500, 502, 503, 504],
])

/** The longest pause that a server may ask for, ms. */
const PATIENCE = 120_000

/**
 * Whether it may help to ask again after this error of an exchange, and after how long, ms: 0 where the server does not
 * say. Undefined where it does not help.
 */
export function passes({ details: { cause } }: ConvecthubError): number | undefined {
  if (!(cause instanceof BadStatus)) return PASSING.has(codeOf(cause)) ? 0 : undefined
  if (!PASSING.has(cause.status)) return undefined
  const pause = retryAfter(cause)
  return pause > PATIENCE ? undefined : pause
}

/** Retry-After in ms (RFC 9110, 10.2.3): seconds, or a date. */
export function retryAfter({ headers }: BadStatus): number {
  const after = headers['retry-after'] ?? ''
  const date = Date.parse(after)
  if (/^\d+$/.test(after)) return Number(after) * 1000
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now())
}

function codeOf(cause: unknown): string | number | undefined {
  if (cause instanceof ProxyProblem) return cause.status ?? codeOf(cause.cause)
  return Object(cause).code
}
