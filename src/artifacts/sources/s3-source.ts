import { AwsV4Signer } from 'aws4fetch'
import { ConvecthubError } from '../../errors.ts'
import type { AwsSettings } from './aws-settings.ts'
import type { Http } from './http.ts'
import { objectPage } from './s3-answers.ts'
import { regionOf, s3CodeOf, s3Problem } from './s3-problem.ts'
import type { Following, Source, SourceFile } from './source.ts'

/** A list with more files or pages than this is not a bundle's. */
const MOST = { files: 10_000, pages: 1000 }

/** The files of a bucket whose names begin with a prefix, at AWS or in another store that speaks S3. */
export class S3Source implements Source {
  readonly place: string
  readonly #bucket: string
  readonly #prefix: string
  readonly #http: Http
  #settings: AwsSettings

  /** `address` is `s3://bucket/prefix`. Error: USAGE. */
  constructor(address: string, http: Http, settings: AwsSettings) {
    const [, bucket, prefix] = /^s3:\/\/([a-z0-9][a-z0-9._-]+)(?:\/(.*))?$/i.exec(address) ?? []
    if (bucket === undefined)
      throw new ConvecthubError('USAGE', `${address} is not an address such as s3://bucket/prefix`)
    this.#bucket = bucket
    this.#prefix = prefix && !prefix.endsWith('/') ? `${prefix}/` : (prefix ?? '')
    this.place = `s3://${bucket}/${this.#prefix}`
    this.#http = http
    this.#settings = settings
  }

  async list(): Promise<readonly SourceFile[]> {
    const found: SourceFile[] = []
    let next: string | undefined
    let pages = 0
    do {
      const query = { 'list-type': '2', prefix: this.#prefix, ...(next && { 'continuation-token': next }) }
      const page = await this.#ask(this.place, async () => {
        const { body } = await this.#http.get(await this.#url('', query))
        return objectPage(body.toString('utf8'))
      })
      if (!page) throw this.#strange('its answer is not the list of a bucket')
      found.push(...page.files)
      if (found.length > MOST.files || ++pages > MOST.pages)
        throw this.#strange(`there are more than ${MOST.files} files, or the list does not end`)
      next = page.next
    } while (next !== undefined)
    return (
      found
        .map((file) => ({ ...file, name: file.name.slice(this.#prefix.length) }))
        // the console of AWS makes such objects for folders
        .filter(({ name }) => name !== '' && !name.endsWith('/'))
    )
  }

  async read(name: string): Promise<Buffer | undefined> {
    return this.#ask(`${this.place}${name}`, async () => {
      try {
        return (await this.#http.get(await this.#url(`${this.#prefix}${name}`))).body
      } catch (error) {
        if (s3CodeOf(error) === 'NoSuchKey') return undefined
        throw error
      }
    })
  }

  fetch({ name, size, sha256, etag }: SourceFile, path: string, following: Following = {}) {
    const expected = { ...(size !== undefined && { size }), ...(sha256 && { sha256 }), ...(etag && { etag }) }
    return this.#ask(`${this.place}${name}`, async () =>
      this.#http.download(await this.#url(`${this.#prefix}${name}`), path, expected, following),
    )
  }

  /** Turns errors into words. Asks once more where AWS says that the bucket is in another region. */
  async #ask<T>(place: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const region = regionOf(error)
      if (region && region !== this.#settings.region && !this.#settings.endpoint) {
        this.#settings = { ...this.#settings, region }
        return this.#ask(place, work)
      }
      throw s3Problem(error, {
        settings: this.#settings,
        bucket: this.#bucket,
        host: this.#base().host,
        place,
      })
    }
  }

  /**
   * The address of an object, or of the bucket. Signed in its query for a day, so that a long download can be continued
   * by the same address; messages do not show it.
   */
  async #url(key: string, query: Readonly<Record<string, string>> = {}): Promise<string> {
    const url = new URL(`${this.#base().href}${key.split('/').map(encoded).join('/')}`)
    url.search = new URLSearchParams(query).toString()
    const { credentials, region } = this.#settings
    if (credentials) {
      const { accessKeyId, secretAccessKey, sessionToken } = credentials
      const signer = new AwsV4Signer({
        url: url.href,
        accessKeyId,
        secretAccessKey: secretAccessKey.reveal(),
        ...(sessionToken && { sessionToken: sessionToken.reveal() }),
        service: 's3',
        region,
        signQuery: true,
      })
      url.search = (await signer.sign()).url.search
    }
    // not every store reads a + as a blank
    return url.href.replaceAll('+', '%20')
  }

  /** Where the bucket is: below the host of another store, or below AWS, where only names without dots are hosts. */
  #base(): URL {
    const { endpoint, region } = this.#settings
    if (endpoint) return new URL(`${parsedEndpoint(endpoint).href.replace(/\/$/, '')}/${this.#bucket}/`)
    const aws = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
    return new URL(
      this.#bucket.includes('.') ? `https://${aws}/${this.#bucket}/` : `https://${this.#bucket}.${aws}/`,
    )
  }

  #strange(what: string): ConvecthubError {
    return new ConvecthubError('DOWNLOAD', `cannot list ${this.place}: ${what}`, {
      hint: 'check the address, and AWS_ENDPOINT_URL_S3 for a store of your own',
    })
  }
}

function parsedEndpoint(endpoint: string): URL {
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return new URL(endpoint)
  throw new ConvecthubError(
    'USAGE',
    `the endpoint for S3 is not an http:// or https:// address: ${endpoint}`,
    {
      hint: 'write it as AWS_ENDPOINT_URL_S3=https://HOST:PORT',
    },
  )
}

/** Encoded as S3's signature wants it: all but A-Z a-z 0-9 - . _ ~ */
function encoded(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
