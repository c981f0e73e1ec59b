import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { Agent, buildConnector, Client, type Dispatcher } from 'undici'
import { ConvecthubError } from '../../errors.ts'
import { systemReason } from '../../system-error.ts'
import { type HttpProxy, proxyFor } from './proxy-for.ts'

/** How long to wait for a server, ms. */
export interface Deadlines {
  /** For the connection, TLS included. */
  connect: number
  /** For its next bytes. */
  idle: number
}

export interface RouteOptions {
  /** Where the variables for proxies are. */
  env: Readonly<Record<string, string | undefined>>
  /** Path of a PEM file with certificates that are trusted besides those that come with Node. */
  ca?: string | undefined
  deadlines: Deadlines
}

/** A proxy that could not be asked (`cause` says why), or did not open the way to the server (`status` of its answer). */
export class ProxyProblem extends Error {
  readonly proxy: HttpProxy
  readonly status: number | undefined

  constructor(proxy: HttpProxy, { status, cause }: { status?: number; cause?: unknown }) {
    super(`proxy ${proxy.url.host}`, { cause })
    this.proxy = proxy
    this.status = status
  }
}

/** The ways to servers: direct ones and through proxies, each with connections that are used again. */
export class HttpRoutes {
  readonly #options: RouteOptions
  readonly #connect: buildConnector.connector
  readonly #routes = new Map<string, Dispatcher>()

  /** Error: USAGE for a CA file that cannot be used. */
  constructor(options: RouteOptions) {
    const { ca, deadlines } = options
    this.#options = options
    this.#connect = buildConnector({
      timeout: deadlines.connect,
      ...(ca !== undefined && { ca: [...rootCertificates, certificatesIn(ca)] }),
    })
  }

  /** The proxy through which an address is asked. Error: USAGE for a variable with a wrong value. */
  proxy(url: URL): HttpProxy | undefined {
    return proxyFor(url, this.#options.env)
  }

  /** Asks once, and resolves as soon as the headers of the answer are there. */
  async request(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> {
    const proxy = this.proxy(url)
    const path = `${url.pathname}${url.search}`
    const asked = { method: 'GET', headers, signal: signal ?? null } as const
    if (!proxy) return this.#route(url, '', this.#connect).request({ ...asked, origin: url.origin, path })
    if (url.protocol === 'https:') {
      const route = this.#route(url, proxy.url.origin, this.#tunnel(proxy))
      return route.request({ ...asked, origin: url.origin, path })
    }
    try {
      // without TLS a proxy gets the whole address instead of a path (RFC 9112, 3.2.2)
      return await this.#route(proxy.url, '', this.#connect).request({
        ...asked,
        origin: proxy.url.origin,
        path: `${url.origin}${path}`,
        headers: { ...headers, host: url.host, ...authorization(proxy) },
      })
    } catch (cause) {
      throw new ProxyProblem(proxy, { cause })
    }
  }

  #route({ origin }: URL, proxy: string, connect: buildConnector.connector): Dispatcher {
    const key = `${proxy} ${origin}`
    const { idle } = this.#options.deadlines
    // the caller has a deadline for bodies
    const route = this.#routes.get(key) ?? new Agent({ connect, headersTimeout: idle, bodyTimeout: 0 })
    this.#routes.set(key, route)
    return route
  }

  /** Connects through a proxy by CONNECT (RFC 9110, 9.3.6). */
  #tunnel(proxy: HttpProxy): buildConnector.connector {
    return (options, callback) => {
      const port = options.port || '443'
      const path = `${options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname}:${port}`
      const way = new Client(proxy.url, {
        connect: this.#connect,
        headersTimeout: this.#options.deadlines.idle,
      })
      way
        .connect({ path, headers: { host: path, ...authorization(proxy) } })
        .then(({ statusCode, socket }) => {
          if (statusCode >= 200 && statusCode < 300)
            return this.#connect({ ...options, httpSocket: socket as Socket }, callback)
          socket.on('error', () => {}).destroy()
          callback(new ProxyProblem(proxy, { status: statusCode }), null)
        })
        // undici would connect again and again after an error of its own
        .catch((cause) => callback(new ProxyProblem(proxy, { cause }), null))
    }
  }
}

function authorization({ authorization: login }: HttpProxy): Record<string, string> {
  return login ? { 'proxy-authorization': login.reveal() } : {}
}

/** The text of a PEM file. */
function certificatesIn(path: string): string {
  const wrong = (reason: string, cause?: unknown) =>
    new ConvecthubError('USAGE', `--ca ${path}: ${reason}`, {
      cause,
      hint: 'name a file with certificates in PEM form: -----BEGIN CERTIFICATE-----',
    })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw wrong(systemReason(cause), cause)
  }
  try {
    new X509Certificate(text)
  } catch (cause) {
    throw wrong('there is no certificate in it', cause)
  }
  return text
}
