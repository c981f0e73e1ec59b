import { downloadFile } from './download-file.ts'
import type { Http } from './http.ts'
import { type ExchangeSetup, exchange, parseAddress, readBody } from './http-exchange.ts'
import { strangeAnswer } from './http-problem.ts'
import { HttpRoutes, type RouteOptions } from './http-routes.ts'
import { PartFile } from './part-file.ts'
import { type PersistOptions, persist } from './persist.ts'

export interface HttpOptions extends Partial<RouteOptions> {
  /** Addresses that are asked instead of others, see `mirrored`. */
  mirrors?: Readonly<Record<string, string>>
  /** Ends everything that is under way, with its reason where that is a ConvecthubError, else with INTERRUPTED. */
  signal?: AbortSignal | undefined
  /** How long to wait before something is tried again, ms; twice as long each further time. */
  pause?: number
}

/** The limits where the caller sets none, bytes. */
const LARGEST_ANSWER = 32 * 1024 ** 2
const LARGEST_FILE = 64 * 1024 ** 3

/** How servers see us. Files must come as they are: their digests are those of the published ones. */
const HEADERS = { 'user-agent': 'convecthub', accept: '*/*', 'accept-encoding': 'identity' }

/** The Http of a run. Errors: USAGE for `ca` or the variable of a proxy; else as Http says. */
export function makeHttp({
  env = process.env,
  ca,
  deadlines = { connect: 15_000, idle: 60_000 },
  mirrors = {},
  signal,
  pause = 1000,
}: HttpOptions = {}): Http {
  const routes = new HttpRoutes({ env, ca, deadlines })
  const setupFor = (own: AbortSignal | undefined): ExchangeSetup & PersistOptions => {
    const both = [signal, own].filter((each) => each !== undefined)
    return {
      routes,
      mirrors,
      idle: deadlines.idle,
      signal: both.length > 0 ? AbortSignal.any(both) : undefined,
      pause,
    }
  }
  return {
    get(url, { headers, limit = LARGEST_ANSWER, expects, signal: own } = {}) {
      const setup = setupFor(own)
      return persist(async () => {
        const reply = await exchange(setup, url, { ...HEADERS, ...headers }, expects)
        const body = await readBody(reply, limit)
        if (!body) throw strangeAnswer(reply.url, `the answer is larger than ${limit} bytes`)
        return { status: reply.status, headers: reply.headers, body }
      }, setup)
    },
    async download(
      url,
      path,
      expected,
      { headers, limit = LARGEST_FILE, onBytes, onSize, signal: own } = {},
    ) {
      const setup = setupFor(own)
      const address = parseAddress(url)
      // without these nothing tells whether what is there belongs to the same file
      const keep = expected.sha256 !== undefined || expected.etag !== undefined
      const part = await PartFile.open(path, keep, onBytes)
      try {
        await downloadFile(address, {
          part,
          expected,
          limit,
          onSize,
          ask: (more, expects) => exchange(setup, url, { ...HEADERS, ...headers, ...more }, expects),
          persist: (attempt) => persist(attempt, setup, () => part.size),
        })
        await part.finish()
        return { size: part.size, sha256: part.sha256 }
      } finally {
        await part.close()
      }
    },
  }
}
