import { request as httpRequest, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { urlToHttpOptions } from 'node:url'
import { Broken } from './exchange-faults.ts'
import type { HttpProxy } from './proxy-for.ts'

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

/** Host and port of an address, as node's requests want them. */
export function hostAndPort(url: URL): { hostname: string; port?: string } {
  const { hostname } = urlToHttpOptions(url)
  return { hostname: hostname ?? '', ...(url.port && { port: url.port }) }
}

/** The header with which a proxy is logged in to. */
export function proxyLogin({ authorization }: HttpProxy): Record<string, string> {
  return authorization ? { 'proxy-authorization': authorization.reveal() } : {}
}

/** Connects to servers through a proxy by CONNECT (RFC 9110, 9.3.6), and speaks TLS with them. */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: HttpProxy
  readonly #deadline: number

  /** `deadline` is for the proxy, ms. */
  constructor(proxy: HttpProxy, deadline: number, options: { ca?: string[] }) {
    super({ keepAlive: true, ...options })
    this.#proxy = proxy
    this.#deadline = deadline
  }

  /** Called by node for each new connection; see "agent.createConnection" in its documentation. */
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as ((error: Error | null, stream?: Duplex) => void) | undefined
    const { host, port = 443 } = options
    const path = `${host?.includes(':') ? `[${host}]` : host}:${port}`
    const { url } = this.#proxy
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = ask({
      ...hostAndPort(url),
      ...(this.options.ca && { ca: this.options.ca }),
      agent: false,
      method: 'CONNECT',
      path,
      headers: { host: path, ...proxyLogin(this.#proxy) },
      timeout: this.#deadline,
    })
    const failed = (reason: { status?: number; cause?: unknown }) =>
      done?.(new ProxyProblem(this.#proxy, reason))
    request.on('error', (cause) => failed({ cause }))
    request.on('timeout', () =>
      request.destroy(new Broken(request.socket?.connecting ? 'UNREACHED' : 'SILENT')),
    )
    request.on('connect', ({ statusCode = 0 }, socket: Socket) => {
      socket.setTimeout(0)
      if (statusCode >= 200 && statusCode < 300)
        return done?.(null, connectTls({ ...(options as ConnectionOptions), socket }))
      socket.on('error', () => {}).destroy()
      failed({ status: statusCode })
    })
    request.end()
  }
}
