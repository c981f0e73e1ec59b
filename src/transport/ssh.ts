import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type AuthenticationType, type ConnectConfig } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import { offer } from './algorithms.ts'
import { allowed, attempts } from './attempts.ts'
import { type Ask, authHandler } from './auth-handler.ts'
import { boundWrites } from './bound-writes.ts'
import { proveByKey, takeCertificates } from './certificate-exchange.ts'
import { hearAnswers } from './hear-answers.ts'
import { type ShownKey, shownKey } from './host-certificate.ts'
import { brokenCertificate, hostKeyError, hostKeyWarning } from './host-key-error.ts'
import { hostKeyPlace, type KnownHosts } from './known-hosts.ts'
import type { Link } from './link.ts'
import { type LoginFault, loginError } from './login-error.ts'
import { exec, forward } from './open-channel.ts'
import { hearOpening } from './opening.ts'
import { openRoute } from './route.ts'
import type { Shared } from './shared.ts'
import type { Target } from './target.ts'
import { Tried } from './tried.ts'

/** How long the end of a connection may take, ms. */
const GOODBYE_MS = 2000

/** A login may take that much longer than connecting: name services and PAM modules are slow at times. */
const LOGIN_TIMES = 3

/** What speaks against the key that a host shows; undefined: nothing. */
export type JudgeKey = (target: Target, shown: ShownKey, known: KnownHosts) => ConvecthubError | undefined

/**
 * Logs in by SSH, through jump hosts where the target has them. Where a host takes no more keys, the password that was
 * behind them gets a login of its own. Errors: those of loginError, hostKeyError, attempts, openRoute and Shared.known.
 * `judge` replaces the check of the host key, which is OpenSSH's.
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
    const ways: readonly AuthenticationType[] = ['password', 'keyboard-interactive']
    const methods = ways.filter(
      (route) => allowed(target.methods, route) && (!tried.taken || tried.taken.includes(route)),
    )
    const full = error instanceof ConvecthubError && error.code === 'TOO_MANY_KEYS'
    if (!full || !target.password || tried.withheld || methods.length === 0) throw error
    return logIn({ ...target, methods }, shared, judge, new Tried(tried.methods))
  }
}

async function logIn(target: Target, shared: Shared, judge: JudgeKey, tried: Tried): Promise<Link> {
  const known = shared.known(target)
  const methods = await attempts(target, shared.ring).catch((error) => {
    throw atHost(error, target.host)
  })
  tried.held = methods.filter(({ type }) => type === 'agent').length
  tried.keys = tried.held + methods.filter(({ type }) => type === 'publickey').length
  const offered = offer(target.algorithms, known.types(hostKeyPlace(target)))
  const route = await openRoute(target, shared.jumps, (jump) =>
    // it goes by the name of the host behind it, whose password its question is not to be given
    sshConnect({ ...jump, host: `jump host ${jump.address}` }, shared),
  )
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let keyError: ConvecthubError | undefined
    let accepted: Buffer | undefined
    let gone: (error: Error) => void = () => {}
    const ended = new Promise<Error>((done) => {
      gone = done
    })
    const login = { client, host: target.host, ended }
    const over = new AbortController()
    const fail = (fault: LoginFault) => {
      clearTimeout(deadline)
      over.abort()
      const closed = isEnd(fault, socket)
      socket.destroy()
      route.said().then((said) => {
        route.close()
        reject(keyError ?? loginError(target, { fault, closed, tried, opening, offer: offered, said }))
      })
    }
    const late = (what: string, ms: number) =>
      fail(Object.assign(new Error(`${what}: no answer within ${ms / 1000} s`), { level: 'client-timeout' }))
    let deadline = setTimeout(late, target.connectTimeoutMs, 'connect', target.connectTimeoutMs)
    const allowTime = () => {
      clearTimeout(deadline)
      const ms = target.connectTimeoutMs * LOGIN_TIMES
      deadline = setTimeout(late, ms, 'login', ms)
    }
    client.once('handshake', () => {
      opening.over()
      allowTime()
    })
    client.on('banner', (text) => tried.banner(text))
    client.on('change password', (question) => {
      tried.question = question
      fail(Object.assign(new Error('it wants a new password first'), { level: 'password-change' }))
    })
    client.on('ready', () => {
      clearTimeout(deadline)
      resolve({
        exec: (command, options) => exec(login, command, options),
        forward: (address, port) => forward(login, address, port, target.connectTimeoutMs),
        withheld: tried.withheld,
        ended,
        close() {
          client.end()
          gone(new Error('it was closed'))
          // a dead link takes no goodbye
          setTimeout(() => {
            socket.destroy()
            route.close()
          }, GOODBYE_MS).unref()
        },
      })
    })
    const end = (error: LoginFault) => {
      gone(keyError ?? error)
      fail(error)
    }
    // an agent that does not answer is only one way less
    client.on('error', (error: LoginFault) => error.level !== 'agent' && end(error))
    client.on('close', () => {
      gone(new Error('the other side closed it'))
      route.close()
      fail(Object.assign(new Error('the connection was closed during login'), { code: 'ECONNRESET' }))
    })
    // small frames must not wait for the acknowledgement of the ones before
    const stream =
      route.stream ?? createConnection({ host: target.address, port: target.port, noDelay: true })
    const socket = boundWrites(stream, () => end(new Error('the host takes no answer and goes on asking')))
    const { question } = shared
    const ask: Ask = async (asked) => {
      // whoever answers has the time that the host gives
      clearTimeout(deadline)
      try {
        const answer = await question?.({ host: target.host, ...asked }, over.signal)
        over.signal.throwIfAborted()
        allowTime()
        return answer
      } catch (error) {
        // a login that is over has its own; any other is a fault of ours
        if (!over.signal.aborted) reject(error)
        client.destroy()
        throw error
      }
    }
    const config: ConnectConfig = {
      sock: socket as never,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: target.keepaliveMs,
      keepaliveCountMax: target.keepaliveCount,
      algorithms: offered as NonNullable<ConnectConfig['algorithms']>,
      hostVerifier: (blob: Buffer) => {
        const shown = shownKey(blob)
        if (!shown) keyError = brokenCertificate(target)
        // new keys for the session are no new question of whose it is; a certificate may have expired meanwhile
        else if (!accepted?.equals(blob)) {
          keyError = judge(target, shown, known)
          tried.withheld = hostKeyWarning(target, shown, known)
        }
        if (!shown || keyError) return false
        accepted = blob
        if (shown.certificate) proveByKey(client, shown.key)
        return true
      },
      authHandler: authHandler(
        { methods, username: target.user },
        tried,
        question && allowed(target.methods, 'keyboard-interactive') ? ask : undefined,
      ),
    }
    client.connect(config)
    const opening = hearOpening(socket)
    hearAnswers(client, tried)
    takeCertificates(client)
  })
}

/** How node tells that the other side ended a connection. */
const RESETS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/** Whether a login failed because its connection ended, and for no reason that anybody told. */
function isEnd({ code, level }: LoginFault, stream: Duplex): boolean {
  if (code !== undefined) return RESETS.has(code)
  return (level === undefined || level === 'protocol') && (stream.readableEnded || stream.destroyed)
}

function atHost(error: unknown, host: string): unknown {
  if (!(error instanceof ConvecthubError)) return error
  return new ConvecthubError(error.code, error.message, { ...error.details, host })
}
