import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type AnyAuthMethod, type ConnectConfig } from 'ssh2'
import { type ConvecthubError, faultOf } from '../errors.ts'
import type { Offer } from './algorithms.ts'
import { allowed } from './attempts.ts'
import { type Ask, authHandler } from './auth-handler.ts'
import { boundWrites } from './bound-writes.ts'
import { type ShownKey, shownKey } from './host-certificate.ts'
import { brokenCertificate, hostKeyWarning } from './host-key-error.ts'
import type { KnownHosts } from './known-hosts.ts'
import type { Link } from './link.ts'
import { type LoginFault, loginError } from './login-error.ts'
import { exec, forward } from './open-channel.ts'
import { hearOpening, type Opening } from './opening.ts'
import type { Route } from './route.ts'
import type { AskQuestion } from './shared.ts'
import { patchClient, verifyByKey } from './ssh2-internals.ts'
import type { Target } from './target.ts'
import type { Tried } from './tried.ts'

/** How long the end of a connection may take, ms. */
const GOODBYE_MS = 2000

/** A login may take that much longer than connecting: name services and PAM modules are slow at times. */
const LOGIN_TIMES = 3

/** What speaks against the key that a host shows; undefined: nothing. */
export type JudgeKey = (target: Target, shown: ShownKey, known: KnownHosts) => ConvecthubError | undefined

/** What a login is tried with. */
export interface LoginInput {
  target: Target
  /** Tried in this order. */
  methods: readonly AnyAuthMethod[]
  offer: Offer
  route: Route
  known: KnownHosts
  judge: JudgeKey
  /** Filled while the login goes on. */
  tried: Tried
  /** Asks the questions of the host. */
  question: AskQuestion | undefined
}

/** One login by SSH, from the first byte to a link or an error. */
export class Login {
  /** Settles once. Errors: those of loginError and `judge`, SSH2_CHANGED. */
  readonly link: Promise<Link>
  readonly #input: LoginInput
  readonly #client = new ssh2.Client()
  readonly #socket: Duplex
  readonly #opening: Opening
  /** Aborted when the login has failed, so that nobody is asked any more. */
  readonly #over = new AbortController()
  /** Settles when the connection has ended, with the reason. */
  readonly #ended: Promise<Error>
  #resolve: (link: Link) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #end: (reason: Error) => void = () => {}
  #deadline: NodeJS.Timeout | undefined
  #keyError: ConvecthubError | undefined
  #accepted: Buffer | undefined

  constructor(input: LoginInput) {
    const { target, route, tried } = input
    this.#input = input
    this.link = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#allow('connect', target.connectTimeoutMs)
    // small frames must not wait for the acknowledgement of the ones before
    const stream =
      route.stream ?? createConnection({ host: target.address, port: target.port, noDelay: true })
    this.#socket = boundWrites(stream, () =>
      this.#broke(new Error('the host takes no answer and goes on asking')),
    )
    this.#listen()
    this.#client.connect(this.#config())
    this.#opening = hearOpening(this.#socket)
    try {
      patchClient(this.#client, tried)
    } catch (error) {
      this.#reject(error)
      this.#client.destroy()
    }
  }

  #listen(): void {
    const { target, tried } = this.#input
    const client = this.#client
    client.once('handshake', () => {
      this.#opening.over()
      this.#allow('login', target.connectTimeoutMs * LOGIN_TIMES)
    })
    client.on('banner', (text) => tried.banner(text))
    client.on('change password', (question) => {
      tried.question = question
      this.#fail(Object.assign(new Error('it wants a new password first'), { level: 'password-change' }))
    })
    client.on('ready', () => this.#ready())
    // an agent that does not answer is only one method less
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
      hostVerifier: (blob: Buffer) => this.#verify(blob),
      authHandler: authHandler(
        { methods, username: target.user },
        tried,
        asks ? this.#ask(question) : undefined,
      ),
    }
  }

  /** Whether the key that the host shows is accepted. */
  #verify(blob: Buffer): boolean {
    const { target, known, judge, tried } = this.#input
    const shown = shownKey(blob)
    if (!shown) this.#keyError = brokenCertificate(target)
    // new session keys ask nothing new about the host; and a certificate may have expired in the meantime
    else if (!this.#accepted?.equals(blob)) {
      this.#keyError = judge(target, shown, known)
      tried.withheld = hostKeyWarning(target, shown, known)
    }
    if (!shown || this.#keyError) return false
    this.#accepted = blob
    try {
      if (shown.certificate) verifyByKey(this.#client, shown.key)
    } catch (error) {
      this.#keyError = faultOf(error)
    }
    return this.#keyError === undefined
  }

  /** Whoever answers has as long as the host allows. */
  #ask(question: AskQuestion): Ask {
    const { host, connectTimeoutMs } = this.#input.target
    const { signal } = this.#over
    return async (asked) => {
      clearTimeout(this.#deadline)
      try {
        const answer = await question({ host, ...asked }, signal)
        signal.throwIfAborted()
        this.#allow('login', connectTimeoutMs * LOGIN_TIMES)
        return answer
      } catch (error) {
        // a login that is over has its own error; any other one is a fault of convecthub
        if (!signal.aborted) this.#reject(error)
        this.#client.destroy()
        throw error
      }
    }
  }

  /** Gives the host this time for what comes next. */
  #allow(what: string, ms: number): void {
    clearTimeout(this.#deadline)
    const late = () =>
      this.#fail(
        Object.assign(new Error(`${what}: no answer within ${ms / 1000} s`), { level: 'client-timeout' }),
      )
    this.#deadline = setTimeout(late, ms)
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
      close: () => this.#goodbye(),
    })
  }

  #goodbye(): void {
    this.#client.end()
    this.#end(new Error('it was closed'))
    // a dead link takes no goodbye
    setTimeout(() => {
      this.#socket.destroy()
      this.#input.route.close()
    }, GOODBYE_MS).unref()
  }

  #broke(error: LoginFault): void {
    this.#end(this.#keyError ?? error)
    this.#fail(error)
  }

  #closed(): void {
    this.#end(new Error('the other side closed it'))
    this.#input.route.close()
    this.#fail(Object.assign(new Error('the connection was closed during login'), { code: 'ECONNRESET' }))
  }

  /** Without effect once the login has succeeded. */
  #fail(fault: LoginFault): void {
    const { target, tried, offer, route } = this.#input
    clearTimeout(this.#deadline)
    this.#over.abort()
    const closed = isEnd(fault, this.#socket)
    this.#socket.destroy()
    route.said().then((said) => {
      route.close()
      this.#reject(
        this.#keyError ?? loginError(target, { fault, closed, tried, opening: this.#opening, offer, said }),
      )
    })
  }
}

/** How node tells that the other side ended a connection. */
const RESETS: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/** Whether a login failed only because its connection ended, without a reason that anybody gave. */
function isEnd({ code, level }: LoginFault, stream: Duplex): boolean {
  if (code !== undefined) return RESETS.has(code)
  return (level === undefined || level === 'protocol') && (stream.readableEnded || stream.destroyed)
}
