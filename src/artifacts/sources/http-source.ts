import type { Http } from './http.ts'
import { parseAddress } from './http-exchange.ts'
import { shownUrl } from './http-problem.ts'
import type { Following, Source, SourceFile } from './source.ts'

/** Answers to a file that is not there. */
const MISSING = [404, 410]

/** The files below an address. */
export class HttpSource implements Source {
  readonly place: string
  readonly #base: URL
  readonly #http: Http

  /** Error: USAGE. */
  constructor(address: string, http: Http) {
    this.#base = parseAddress(address)
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/'
    this.place = shownUrl(this.#base)
    this.#http = http
  }

  /** A web server has no list that programs can read. */
  async list(): Promise<undefined> {}

  async read(name: string): Promise<Buffer | undefined> {
    const { status, body } = await this.#http.get(this.#url(name), { expects: MISSING })
    return MISSING.includes(status) ? undefined : body
  }

  fetch({ name, size, sha256 }: SourceFile, path: string, following: Following = {}) {
    const expected = { ...(size !== undefined && { size }), ...(sha256 && { sha256 }) }
    return this.#http.download(this.#url(name), path, expected, following)
  }

  #url(name: string): string {
    const url = new URL(this.#base)
    url.pathname += name.split('/').map(encodeURIComponent).join('/')
    return url.href
  }
}
