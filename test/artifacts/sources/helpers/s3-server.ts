import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { httpServer, serving, type TestServer } from './http-server.ts'

/** A store that speaks as much S3 as is needed here, with the bucket in the path. */
export interface S3ServerOptions {
  /** By bucket and key: `bucket/prefix/file`. */
  objects: Readonly<Record<string, Buffer>>
  /** Who may read; everybody without it. */
  key?: { id: string; secret: string; token?: string }
  region?: string
  /** How many objects a page of a list has. */
  page?: number
  /** ETags instead of the md5. */
  etags?: Readonly<Record<string, string>>
}

export async function s3Server(options: S3ServerOptions): Promise<TestServer> {
  return httpServer((request, response) => answer(options, request, response))
}

/** When every object was changed. */
export const CHANGED = '2026-03-01T10:00:00.000Z'

/** The ETag of an object that was uploaded in one piece. */
export function md5Etag(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`
}

function answer(
  { objects, key, region = 'us-east-1', page = 1000, etags = {} }: S3ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '', `http://${request.headers.host}`)
  const fail = (status: number, code: string, more = '') =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>secret words</Message>${more}</Error>`)
  const wrong = key && refusal(request, url, key, region)
  if (wrong === 'AuthorizationQueryParametersError')
    return void fail(400, wrong, `<Region>${region}</Region>`)
  if (wrong) return void fail(403, wrong)
  const [bucket = '', ...parts] = decodeURIComponent(url.pathname.slice(1)).split('/')
  const names = Object.keys(objects).filter((name) => name.startsWith(`${bucket}/`))
  if (names.length === 0) return void fail(404, 'NoSuchBucket')
  const etagOf = (name: string) => etags[name] ?? md5Etag(objects[name] ?? Buffer.alloc(0))
  const object = `${bucket}/${parts.join('/')}`
  const found = objects[object]
  if (found && parts.join('/') !== '') return void serving(found, etagOf(object))(request, response, 0)
  if (parts.join('/') !== '') return void fail(404, 'NoSuchKey')
  const prefix = `${bucket}/${url.searchParams.get('prefix')}`
  const from = Number(url.searchParams.get('continuation-token')?.slice('next +/'.length) ?? 0)
  const listed = names.filter((name) => name.startsWith(prefix)).toSorted()
  const entries = listed
    .slice(from, from + page)
    .map(
      (name) =>
        `<Contents><Key>${escaped(name.slice(bucket.length + 1))}</Key><LastModified>${CHANGED}</LastModified>` +
        `<ETag>${escaped(etagOf(name))}</ETag><Size>${objects[name]?.length}</Size></Contents>`,
    )
  const more = from + page < listed.length
  const next = more ? `<NextContinuationToken>next +/${from + page}</NextContinuationToken>` : ''
  response.end(
    `<?xml version="1.0"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
      `<Name>${bucket}</Name><IsTruncated>${more}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`,
  )
}

/** Checks the signature in a query (AWS Signature Version 4, "Authenticating Requests: Using Query Parameters"). */
function refusal(
  { method, headers }: IncomingMessage,
  url: URL,
  { id, secret, token }: NonNullable<S3ServerOptions['key']>,
  region: string,
): string | undefined {
  const query = [...url.searchParams]
  const given = Object.fromEntries(query)
  if (!given['X-Amz-Signature']) return 'AccessDenied'
  const [known, day = '', asked, ...rest] = given['X-Amz-Credential']?.split('/') ?? []
  if (known !== id) return 'InvalidAccessKeyId'
  if (given['X-Amz-Security-Token'] !== token) return 'InvalidToken'
  if (asked !== region) return 'AuthorizationQueryParametersError'
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const canonical = [
    method,
    url.pathname,
    query
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map((pair) => pair.map(encoded).join('='))
      .toSorted()
      .join('&'),
    `host:${headers.host}\n`,
    given['X-Amz-SignedHeaders'],
    'UNSIGNED-PAYLOAD',
  ].join('\n')
  const scope = [day, asked, ...rest].join('/')
  const text = [
    'AWS4-HMAC-SHA256',
    given['X-Amz-Date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ]
  const hmac = (with_: string | Buffer, data: string) => createHmac('sha256', with_).update(data).digest()
  const signing = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)
  return hmac(signing, text.join('\n')).toString('hex') === given['X-Amz-Signature']
    ? undefined
    : 'SignatureDoesNotMatch'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
