import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { rootCertificates } from 'node:tls'
import { ConvecthubError } from '../../errors.ts'
import { systemReason } from '../../system-error.ts'
import { Broken } from './exchange-faults.ts'
import { hostAndPort, ProxyProblem, proxyLogin, TunnelAgent } from './http-agents.ts'
import { type HttpProxy, proxyFor } from './proxy-for.ts'

/** How long to wait for a server, ms. */
export interface Deadlines {
  /** For the connection, with proxy and TLS. */
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

/** The ways to servers: direct ones and through proxies, each with connections that are used again. */
export class HttpRoutes {
  readonly #options: RouteOptions
  readonly #tls: { ca?: string[] }
  readonly #http = new Agent({ keepAlive: true })
  readonly #https: HttpsAgent
  readonly #tunnels = new Map<string, HttpsAgent>()

  /** Error: USAGE for a CA file that cannot be used. */
  constructor(options: RouteOptions) {
    this.#options = options
    this.#tls = options.ca === undefined ? {} : { ca: [...rootCertificates, certificatesIn(options.ca)] }
    this.#https = new HttpsAgent({ keepAlive: true, ...this.#tls })
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
  ): Promise<IncomingMessage> {
    const proxy = this.proxy(url)
    const asked = { headers, ...(signal && { signal }), path: `${url.pathname}${url.search}` }
    if (!proxy) return this.#ask(url, { ...asked, agent: this.#agent(url) })
    // the agent has the deadline for the proxy
    if (url.protocol === 'https:') return this.#ask(url, { ...asked, agent: this.#tunnel(proxy) }, 2)
    try {
      // without TLS a proxy gets the whole address instead of a path (RFC 9112, 3.2.2)
      return await this.#ask(proxy.url, {
        ...asked,
        agent: this.#agent(proxy.url),
        path: `${url.origin}${asked.path}`,
        headers: { ...headers, host: url.host, ...proxyLogin(proxy) },
      })
    } catch (cause) {
      throw new ProxyProblem(proxy, { cause })
    }
  }

  /** There are `connections` to make, one after the other. */
  #ask(url: URL, options: RequestOptions, connections = 1): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:'
    const { connect, idle } = this.#options.deadlines
    return new Promise((resolve, reject) => {
      const request = (isSecure ? httpsRequest : httpRequest)({ ...options, ...hostAndPort(url) })
      const endAfter = (ms: number, code: 'UNREACHED' | 'SILENT') =>
        setTimeout(() => request.destroy(new Broken(code)), ms)
      let deadline = endAfter(connect * connections, 'UNREACHED')
      const connected = () => {
        clearTimeout(deadline)
        deadline = endAfter(idle, 'SILENT')
      }
      request.on('socket', (socket) => {
        if (request.reusedSocket) connected()
        else socket.once(isSecure ? 'secureConnect' : 'connect', connected)
      })
      request.on('close', () => clearTimeout(deadline))
      request.on('error', reject)
      request.on('response', (response) => {
        clearTimeout(deadline)
        resolve(response)
      })
      request.end()
    })
  }

  #agent({ protocol }: URL): Agent {
    return protocol === 'https:' ? this.#https : this.#http
  }

  #tunnel(proxy: HttpProxy): HttpsAgent {
    const key = `${proxy.variable} ${proxy.url.origin}`
    const agent = this.#tunnels.get(key) ?? new TunnelAgent(proxy, this.#options.deadlines.connect, this.#tls)
    this.#tunnels.set(key, agent)
    return agent
  }
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
