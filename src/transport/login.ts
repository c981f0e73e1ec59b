import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type AnyAuthMethod, type ConnectConfig } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import type { Offer } from './algorithms.ts'
import { allowed } from './attempts.ts'
import { type Ask, authHandler } from './auth-handler.ts'
import { boundWrites } from './bound-writes.ts'
import { HostKeyCheck, type JudgeKey } from './host-key-check.ts'
import type { KnownHosts } from './known-hosts.ts'
import type { Link } from './link.ts'
import type { LoginFault } from './login-endings.ts'
import { isEnd, loginError } from './login-error.ts'
import { exec, forward } from './open-channel.ts'
import { type Opening, recordOpening } from './opening.ts'
import type { Route } from './route.ts'
import type { AskQuestion } from './shared.ts'
import { patchClient } from './ssh2-internals.ts'
import { stopped } from './stoppable.ts'
import type { Target } from './target.ts'
import type { Tried } from './tried.ts'

/** How long closing a connection may take before it is cut, ms. */
const GOODBYE_MS = 2000

/** How many times connectTimeoutMs a login may take, because name services and PAM modules can be slow. */
const LOGIN_FACTOR = 3

export interface LoginInput {
  target: Target
  /** The login methods, in the order in which they are tried. */
  methods: readonly AnyAuthMethod[]
  offer: Offer
  route: Route
  known: KnownHosts
  judge: JudgeKey
  /** Filled in during the login. */
  tried: Tried
  /** Asks the user what the host asks. */
  question: AskQuestion | undefined
  /** Ends the login. */
  signal: AbortSignal | undefined
}

/** One SSH login, from the first byte to a link or an error. */
export class Login {
  /** Settles once. Errors: those of loginError and `judge`, SSH2_CHANGED, INTERRUPTED. */
  readonly link: Promise<Link>
  readonly #input: LoginInput
  readonly #client = new ssh2.Client()
  readonly #socket: Duplex
  readonly #opening: Opening
  /** Aborted when the login has failed, to withdraw an open question. */
  readonly #over = new AbortController()
  /** Resolves with the reason when the connection has ended. */
  readonly #ended: Promise<Error>
  #resolve: (link: Link) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #end: (reason: Error) => void = () => {}
  #deadline: NodeJS.Timeout | undefined
  /** The keys are exchanged, so that the host now judges the login. */
  #loggingIn = false
  readonly #hostKey: HostKeyCheck

  constructor(input: LoginInput) {
    const { target, route, tried } = input
    this.#input = input
    this.#hostKey = new HostKeyCheck(input)
    this.link = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#setDeadline(target.connectTimeoutMs)
    // noDelay: otherwise a small frame waits until the one before is acknowledged
    const stream =
      route.stream ?? createConnection({ host: target.address, port: target.port, noDelay: true })
    this.#socket = boundWrites(stream, () =>
      this.#broke(new Error('the host takes no answer and goes on asking')),
    )
    this.#listen()
    this.#client.connect(this.#config())
    this.#opening = recordOpening(this.#socket)
    try {
      patchClient(this.#client, tried)
    } catch (error) {
      this.#reject(error)
      this.#client.destroy()
    }
    this.#stopWith(input.signal)
  }

  #stopWith(signal: AbortSignal | undefined): void {
    const stop = () => this.#fail(stopped(this.#input.target.host))
    const over = () => signal?.removeEventListener('abort', stop)
    signal?.addEventListener('abort', stop)
    this.link.then(over, over)
    if (signal?.aborted) stop()
  }

  #listen(): void {
    const { target, tried } = this.#input
    const client = this.#client
    client.once('handshake', () => {
      this.#opening.over()
      this.#loggingIn = true
      this.#setDeadline(target.connectTimeoutMs * LOGIN_FACTOR)
    })
    client.on('banner', (text) => tried.banner(text))
    client.on('change password', (question) => {
      tried.question = question
      this.#fail(Object.assign(new Error('it wants a new password first'), { level: 'password-change' }))
    })
    client.on('ready', () => this.#ready())
    // an agent that does not answer only means one method fewer
    client.on('error', (error: LoginFault) => error.level !== 'agent' && this.#broke(error))
    client.on('close', () => this.#closed())
  }

  #config(): ConnectConfig {
    const { target, methods, offer, tried, question } = this.#input
    const asks = question && allowed(target.methods, 'keyboard-interactive')
    return {
      sock: this.#socket,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: target.keepaliveMs,
      keepaliveCountMax: target.keepaliveCount,
      algorithms: offer as NonNullable<ConnectConfig['algorithms']>,
      hostVerifier: (blob: Buffer) => this.#hostKey.accepts(blob, this.#client),
      authHandler: authHandler(
        { methods, username: target.user },
        tried,
        asks ? this.#ask(question) : undefined,
      ),
    }
  }

  /** Asks the user without a deadline of ours: the host decides how long to wait. */
  #ask(question: AskQuestion): Ask {
    const { host, connectTimeoutMs } = this.#input.target
    const { signal } = this.#over
    return async (asked) => {
      clearTimeout(this.#deadline)
      try {
        const answer = await question({ host, ...asked }, signal)
        signal.throwIfAborted()
        this.#setDeadline(connectTimeoutMs * LOGIN_FACTOR)
        return answer
      } catch (error) {
        // when the login is over, it already has its own error; anything else is a bug in convecthub
        if (!signal.aborted) this.#reject(error)
        this.#client.destroy()
        throw error
      }
    }
  }

  /** Restarts the deadline for the host's next answer, ms. */
  #setDeadline(ms: number): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => this.#fail(this.#late(ms)), ms)
  }

  #late(ms: number): LoginFault {
    const late = new Error(`no answer within ${ms / 1000} s`)
    if (Reflect.get(this.#socket, 'connecting') === true) return Object.assign(late, { code: 'ETIMEDOUT' })
    return Object.assign(late, { during: this.#loggingIn ? ('login' as const) : ('opening' as const) })
  }

  #ready(): void {
    clearTimeout(this.#deadline)
    const { target, tried } = this.#input
    const login = { client: this.#client, host: target.host, ended: this.#ended }
    this.#resolve({
      exec: (command, options) => exec(login, command, options),
      forward: (address, port) => forward(login, address, port, target.connectTimeoutMs),
      withheld: tried.withheld,
      ended: this.#ended,
      close: () => this.#close(),
    })
  }

  #close(): void {
    this.#client.end()
    this.#end(new Error('it was closed'))
    // on a dead link the goodbye never arrives
    setTimeout(() => {
      this.#socket.destroy()
      this.#input.route.close()
    }, GOODBYE_MS).unref()
  }

  #broke(error: LoginFault): void {
    this.#end(this.#hostKey.error ?? error)
    this.#fail(error)
  }

  #closed(): void {
    this.#end(new Error('the other side closed it'))
    this.#input.route.close()
    this.#fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }))
  }

  /** Ends the connection and, unless the login has succeeded, fails it. */
  #fail(fault: LoginFault): void {
    const { target, tried, offer, route } = this.#input
    clearTimeout(this.#deadline)
    this.#over.abort()
    const closed = isEnd(fault, this.#socket)
    this.#socket.destroy()
    route.said().then((said) => {
      route.close()
      // ssh2 passes on as its own what is thrown where it calls convecthub
      const ours = this.#hostKey.error ?? (fault instanceof ConvecthubError ? fault : undefined)
      this.#reject(ours ?? loginError(target, { fault, closed, tried, opening: this.#opening, offer, said }))
    })
  }
}
