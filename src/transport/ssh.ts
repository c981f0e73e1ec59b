import type { AuthenticationType } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import { offer } from './algorithms.ts'
import { allowed, attempts } from './attempts.ts'
import type { JudgeKey } from './host-key-check.ts'
import { hostKeyError } from './host-key-error.ts'
import { hostKeyPlace } from './known-hosts.ts'
import type { Link } from './link.ts'
import { Login } from './login.ts'
import { openRoute } from './route.ts'
import type { Shared } from './shared.ts'
import type { Target } from './target.ts'
import { Tried } from './tried.ts'

/** Methods that a password is good for. */
const BY_PASSWORD: readonly AuthenticationType[] = ['password', 'keyboard-interactive']

/**
 * Logs in by SSH, through jump hosts where the target has them. If the host stops us after too many keys, a second
 * login tries only the password. `judge` decides on the host key; default: OpenSSH's rules. Errors: those of
 * loginError, hostKeyError, attempts, openRoute and Shared.known.
 */
export async function sshConnect(
  target: Target,
  shared: Shared,
  judge: JudgeKey = hostKeyError,
): Promise<Link> {
  const tried = new Tried()
  try {
    return await logIn(target, shared, judge, tried)
  } catch (error) {
    const methods = BY_PASSWORD.filter(
      (method) => allowed(target.methods, method) && (!tried.taken || tried.taken.includes(method)),
    )
    const full = error instanceof ConvecthubError && error.code === 'TOO_MANY_KEYS'
    if (!full || !target.password || tried.withheld || methods.length === 0) throw error
    return logIn({ ...target, methods }, shared, judge, new Tried(tried))
  }
}

async function logIn(target: Target, shared: Shared, judge: JudgeKey, tried: Tried): Promise<Link> {
  const known = shared.known(target)
  const ways = await attempts(target, shared.ring).catch((error) => {
    throw atHost(error, target.host)
  })
  const methods = ways.map(({ method }) => method)
  tried.files = [...tried.files, ...ways.flatMap(({ file }) => file ?? [])]
  tried.held += methods.filter(({ type }) => type === 'agent').length
  tried.keys += methods.filter(({ type }) => type === 'agent' || type === 'publickey').length
  const offered = offer(target.algorithms, known.types(hostKeyPlace(target)))
  const route = await openRoute(target, shared, (jump) =>
    // its own name, so that the user does not answer the jump host's question with the password of the host behind it
    sshConnect({ ...jump, host: `jump host ${jump.address}` }, shared),
  )
  const { question, signal } = shared
  return new Login({ target, methods, offer: offered, route, known, judge, tried, question, signal }).link
}

function atHost(error: unknown, host: string): unknown {
  if (!(error instanceof ConvecthubError)) return error
  return new ConvecthubError(error.code, error.message, { ...error.details, host })
}
