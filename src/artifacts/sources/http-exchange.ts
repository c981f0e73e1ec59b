import type { IncomingMessage } from 'node:http'
import { ConvecthubError } from '../../errors.ts'
import { BadStatus, Broken } from './exchange-faults.ts'
import { badAnswer, brokenExchange, shownUrl, strangeAnswer } from './http-problem.ts'
import type { HttpRoutes } from './http-routes.ts'
import { mirrored } from './mirrored.ts'
import { basic } from './proxy-for.ts'

/** What all exchanges of a run share. */
export interface ExchangeSetup {
  routes: HttpRoutes
  mirrors: Readonly<Record<string, string>>
  /** How long to wait for the next bytes, ms. */
  idle: number
  signal: AbortSignal | undefined
}

/** An answer whose body is still to be read. */
export interface Reply {
  /** The address that gave it, after redirects. */
  url: URL
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  /** Ends the connection when the caller leaves it early. Errors: DOWNLOAD. */
  chunks(): AsyncGenerator<Buffer, void>
  /** Ends the connection without reading the body. */
  discard(): void
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MOST_REDIRECTS = 10

/** What others must not see after a redirect to another host. */
const CREDENTIALS = ['authorization', 'cookie']

/** How much of the body of an error or a redirect is read, bytes. */
const MOST_WORDS = 16 * 1024

/** A server that sends less than this in the whole idle time has stopped, bytes. */
const LEAST = 1024

/**
 * Asks for an address, follows redirects, and resolves with an answer of status 2xx or one in `expects`. Errors: USAGE,
 * DOWNLOAD, DOWNLOAD_REFUSED, INTERRUPTED.
 */
export async function exchange(
  setup: ExchangeSetup,
  address: string,
  headers: Readonly<Record<string, string>>,
  expects: readonly number[] = [],
): Promise<Reply> {
  const start = parseAddress(mirrored(address, setup.mirrors))
  let url = start
  let sent = headers
  for (let redirects = 0; ; redirects++) {
    const login = basic(url)
    const reply = await ask(setup, url, { ...(login && { authorization: login.reveal() }), ...sent })
    const { status, headers: answered } = reply
    if ((status >= 200 && status < 300) || expects.includes(status)) return reply
    // the status counts, even where the words after it do not come
    const words = (await readBody(reply, MOST_WORDS).catch(() => undefined)) ?? Buffer.alloc(0)
    if (!REDIRECTS.has(status) || !answered.location)
      throw badAnswer(url, setup.routes.proxy(url), new BadStatus(status, answered, words.toString('utf8')))
    if (redirects === MOST_REDIRECTS)
      throw strangeAnswer(
        start,
        `it is redirected ${MOST_REDIRECTS} times, the last time by ${shownUrl(url)}`,
      )
    const next = redirected(url, answered.location, setup.mirrors)
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw strangeAnswer(start, `${url.host} redirects from https to http, to ${shownUrl(next)}`)
    if (next.origin !== url.origin)
      sent = Object.fromEntries(
        Object.entries(sent).filter(([name]) => !CREDENTIALS.includes(name.toLowerCase())),
      )
    url = next
  }
}

function redirected(url: URL, location: string, mirrors: ExchangeSetup['mirrors']): URL {
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined
  if (next && /^https?:$/.test(next.protocol)) return parseAddress(mirrored(next.href, mirrors))
  throw strangeAnswer(url, `${url.host} redirects to something that is not an http:// or https:// address`)
}

/** Reads a whole body. Undefined when it is larger than `limit` bytes. */
export async function readBody(reply: Reply, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply.chunks()) {
    size += chunk.length
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function ask(
  { routes, idle, signal }: ExchangeSetup,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
  const failed = (cause: unknown) => (signal?.aborted ? interrupted(signal) : brokenExchange(url, cause))
  try {
    const body = await routes.request(url, headers, signal)
    // an error of the body reaches the one who reads it
    body.on('error', () => {})
    return {
      url,
      status: body.statusCode ?? 0,
      headers: Object.fromEntries(
        Object.entries(body.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      ),
      chunks: () => chunksOf(body, idle, failed),
      discard: () => body.destroy(),
    }
  } catch (cause) {
    throw failed(cause)
  }
}

async function* chunksOf(
  body: IncomingMessage,
  idle: number,
  failed: (cause: unknown) => ConvecthubError,
): AsyncGenerator<Buffer, void> {
  const reading = body[Symbol.asyncIterator]()
  let waited = 0
  let received = 0
  let ended = false
  try {
    for (;;) {
      const timer = setTimeout(() => body.destroy(new Broken('STALLED')), Math.max(0, idle - waited))
      const begin = performance.now()
      const { done, value } = await reading.next().finally(() => clearTimeout(timer))
      ended = done === true
      if (ended) return
      waited += performance.now() - begin
      received += value.length
      if (received >= LEAST) waited = received = 0
      yield value
    }
  } catch (cause) {
    throw failed(cause)
  } finally {
    if (!ended) body.destroy()
  }
}

/** The error for what was under way when a run was stopped. */
export function interrupted({ reason }: AbortSignal): ConvecthubError {
  return reason instanceof ConvecthubError
    ? reason
    : new ConvecthubError('INTERRUPTED', 'stopped while fetching files', {
        hint: 'the same command continues',
      })
}

/** The URL of an http:// or https:// address. Error: USAGE. */
export function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new ConvecthubError(
    'USAGE',
    `${address.replace(/\/\/[^/]*@/, '//')} is not an http:// or https:// address`,
  )
}
