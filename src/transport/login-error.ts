import type { Readable } from 'node:stream'
import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import {
  ENDINGS,
  type Ending,
  isProtocolError,
  type LoginEnd,
  type LoginFault,
  type Seen,
} from './login-endings.ts'
import { noCommonAlgorithm } from './no-common-algorithm.ts'
import { place, type Target } from './target.ts'

/** sshd's disconnect message at MaxAuthTries. Its reason code is that of any protocol error, so its text decides. */
const TOO_MANY = /Too many authentication failures/

/**
 * Explains a failed login: NO_COMMON_ALGORITHM, or one of ENDINGS. LOGIN_DROPPED and LOGIN_TIMEOUT may be tried again,
 * as the host then had no password to judge.
 */
export function loginError(target: Target, end: LoginEnd): ConvecthubError {
  const { fault, tried, opening, offer, said } = end
  const lists = fault.level === 'handshake' ? opening.lists() : undefined
  const unmet = lists && noCommonAlgorithm({ host: target.host, where: place(target) }, offer, lists)
  if (unmet) return unmet
  const goodbye = typeof fault.code === 'number'
  const withGoodbye = (said: string) => [said, goodbye ? fault.message : ''].filter(Boolean).join('\n')
  const words = withGoodbye(tried.words() || opening.words())
  // sshd may close the connection when its question gets no answer
  const refused = fault.level === 'client-authentication' || (end.closed && tried.question !== undefined)
  const tooMany = goodbye && TOO_MANY.test(fault.message)
  const reason = withGoodbye(tried.reason())
  const seen: Seen = { ...end, target, reason, refused, tooMany, over: end.closed || goodbye }
  // the last one always matches
  const ending = ENDINGS.find(({ is }) => is(seen)) as Ending
  const raw = isProtocolError(end) ? fault.message : ''
  const evidence = [
    ...(said ? [`the ProxyCommand said: ${said}`] : []),
    ...(words ? [`the host said: ${words}`] : []),
    ...(raw ? [`ssh says: ${raw}`] : []),
    ...(tried.question ? [`it asks: ${tried.question}`] : []),
  ]
  const details: ErrorDetails = {
    host: target.host,
    hint: ending.hint(seen),
    ...(evidence.length > 0 && { evidence: evidence.join('\n') }),
    ...(ending.code === 'LOGIN_DROPPED' || ending.code === 'UNREACHABLE' ? { cause: fault } : tried.withheld),
  }
  return new ConvecthubError(ending.code, ending.message(seen), details)
}

/** node's error codes for a connection that the other side closed. */
const RESETS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/** Whether a login failed only because its connection ended, without any reason given. */
export function isEnd({ code, level }: LoginFault, stream: Readable): boolean {
  if (code !== undefined) return RESETS.has(code)
  return (level === undefined || level === 'protocol') && (stream.readableEnded || stream.destroyed)
}
