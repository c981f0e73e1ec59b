import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AwsSettings } from '../../../src/artifacts/sources/aws-settings.ts'
import { type HttpOptions, makeHttp } from '../../../src/artifacts/sources/make-http.ts'
import { S3Source } from '../../../src/artifacts/sources/s3-source.ts'
import { ConvecthubError } from '../../../src/errors.ts'
import { Secret } from '../../../src/secret.ts'
import { httpServer, type TestServer } from './helpers/http-server.ts'
import { CHANGED, md5Etag, type S3ServerOptions, s3Server } from './helpers/s3-server.ts'

const QUICK: HttpOptions = { env: {}, pause: 1, deadlines: { connect: 2000, idle: 300 } }
const OBJECTS = {
  'assets/bin/k3s': Buffer.from('k3s program'),
  "assets/bin/images/odd !'()*+&<>é.tar": Buffer.from('odd'),
  'assets/bin/': Buffer.alloc(0),
  'assets/binary': Buffer.from('not below the prefix'),
}
const NAMES = ["images/odd !'()*+&<>é.tar", 'k3s']
const KEY = { id: 'AKIATEST', secret: 'se/cr+et', token: 't/o+k=en' }

let folder: string
let server: TestServer | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-s3-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await server?.stop()
  server = undefined
})

function credentials({
  id = KEY.id,
  secret = KEY.secret,
  token = KEY.token,
} = {}): AwsSettings['credentials'] {
  return {
    accessKeyId: id,
    secretAccessKey: new Secret(secret),
    sessionToken: new Secret(token),
    from: 'the profile x',
  }
}

async function source(
  options: Partial<S3ServerOptions>,
  settings: Partial<AwsSettings> = {},
  address = 's3://assets/bin',
): Promise<S3Source> {
  server = await s3Server({ objects: OBJECTS, ...options })
  const { url: endpoint } = server
  return new S3Source(address, makeHttp(QUICK), {
    region: 'us-east-1',
    endpoint,
    credentials: undefined,
    ...settings,
  })
}

it.each([
  { what: 'anonymously', options: {}, settings: {} },
  { what: 'in pages', options: { page: 1 }, settings: {} },
  { what: 'signed', options: { key: KEY, page: 1 }, settings: { credentials: credentials() } },
  {
    what: 'signed for another region',
    options: { key: KEY, region: 'eu-central-1' },
    settings: { credentials: credentials(), region: 'eu-central-1' },
  },
])('lists and fetches $what', async ({ options, settings }) => {
  const assets = await source(options, settings)
  const files = await assets.list()
  expect(files.map(({ name }) => name)).toEqual(NAMES)
  expect(files[1]).toEqual({
    name: 'k3s',
    size: 11,
    etag: md5Etag(OBJECTS['assets/bin/k3s']),
    changed: Date.parse(CHANGED),
  })
  for (const [i, file] of files.entries()) {
    await assets.fetch(file, join(folder, String(i)))
    expect(readFileSync(join(folder, String(i)))).toEqual(
      OBJECTS[`assets/bin/${file.name}` as keyof typeof OBJECTS],
    )
  }
  expect((await assets.read('k3s'))?.toString()).toBe('k3s program')
  expect(await assets.read('gone')).toBeUndefined()
})

it('reads a whole bucket', async () => {
  const assets = await source({}, {}, 's3://assets')
  expect((await assets.list()).map(({ name }) => name)).toEqual([
    ...NAMES.map((name) => `bin/${name}`),
    'binary',
  ])
  expect(assets.place).toBe('s3://assets/')
})

it.each<{
  what: string
  address?: string
  options?: Partial<S3ServerOptions>
  settings?: Partial<AwsSettings>
  message: string
  hint: string
}>([
  {
    what: 'without credentials',
    options: { key: KEY },
    message: 'cannot fetch s3://assets/bin/: an anonymous request may not read it',
    hint: 'set AWS_PROFILE=NAME, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  },
  {
    what: 'with an unknown key',
    options: { key: KEY },
    settings: { credentials: credentials({ id: 'AKIAELSE' }) },
    message: 'cannot fetch s3://assets/bin/: HOST does not know the key AKIAELSE (from the profile x)',
    hint: 'AWS_ENDPOINT_URL_S3',
  },
  {
    what: 'with a wrong secret',
    options: { key: KEY },
    settings: { credentials: credentials({ secret: 'hushhush' }) },
    message:
      'cannot fetch s3://assets/bin/: the secret key does not belong to the key AKIATEST (from the profile x) (SignatureDoesNotMatch)',
    hint: 'correct the secret key',
  },
  {
    what: 'with a token that has expired',
    options: { key: KEY },
    settings: { credentials: credentials({ token: 'old' }) },
    message: 'cannot fetch s3://assets/bin/: the key AKIATEST (from the profile x) has expired',
    hint: 'aws sso login',
  },
  {
    what: 'in another region of the own store',
    options: { key: KEY, region: 'eu-central-1' },
    settings: { credentials: credentials() },
    message:
      'cannot fetch s3://assets/bin/: the bucket is in the region eu-central-1, and us-east-1 was asked',
    hint: 'set AWS_REGION=eu-central-1',
  },
  {
    what: 'of a bucket that is not there',
    address: 's3://gone/bin',
    message: 'cannot fetch s3://gone/bin/: there is no bucket gone on HOST',
    hint: 'AWS_ENDPOINT_URL_S3=https://HOST',
  },
])('an error $what', async ({ address, options = {}, settings, message, hint }) => {
  const assets = await source(options, settings, address)
  const error: unknown = await assets.list().catch((reason) => reason)
  if (!(error instanceof ConvecthubError)) throw error
  expect(error).toMatchObject({
    code: 'DOWNLOAD_REFUSED',
    message: message.replace('HOST', `localhost:${server?.port}`),
    details: { hint: expect.stringContaining(hint) },
  })
  expect(JSON.stringify([error.message, error.details])).not.toMatch(/X-Amz|hushhush|se\/cr\+et/)
})

it.each([
  {
    status: 400,
    code: 'AuthorizationQueryParametersError',
    message: 'the bucket is not in the region us-east-1',
    hint: 'set AWS_REGION to the region of the bucket',
  },
  {
    status: 403,
    code: 'RequestTimeTooSkewed',
    message: 'the clock of this computer is wrong',
    hint: 'set it',
  },
  { status: 404, code: 'OwnCode', message: 'HOST answers OwnCode', hint: 'check the credentials' },
])('says what the answer $code means', async ({ status, code, message, hint }) => {
  server = await httpServer((_, response) =>
    response.writeHead(status).end(`<Error><Code>${code}</Code><Message>in &lt;words&#62;</Message></Error>`),
  )
  const settings = { region: 'us-east-1', credentials: undefined, endpoint: server.url }
  await expect(new S3Source('s3://assets', makeHttp(QUICK), settings).list()).rejects.toMatchObject({
    code: 'DOWNLOAD_REFUSED',
    message: `cannot fetch s3://assets/: ${message.replace('HOST', `localhost:${server.port}`)}`,
    details: { hint: expect.stringContaining(hint), evidence: 'in <words>' },
  })
})

it('says which object is not there', async () => {
  const assets = await source({})
  await expect(assets.fetch({ name: 'gone' }, join(folder, 'gone'))).rejects.toMatchObject({
    code: 'DOWNLOAD_REFUSED',
    message: 'cannot fetch s3://assets/bin/gone: it is not there',
  })
})

it('follows AWS to the region of the bucket', async () => {
  const here = await httpServer((_, response) =>
    response
      .writeHead(301, { 'x-amz-bucket-region': 'eu-central-1' })
      .end('<Error><Code>PermanentRedirect</Code></Error>'),
  )
  server = await s3Server({ objects: { 'x/k3s': Buffer.from('k3s') } })
  const mirrors = {
    'https://assets.s3.us-east-1.amazonaws.com': here.url,
    'https://assets.s3.eu-central-1.amazonaws.com': `${server.url}/x`,
  }
  const http = makeHttp({ ...QUICK, mirrors })
  const assets = new S3Source('s3://assets', http, {
    region: 'us-east-1',
    endpoint: undefined,
    credentials: undefined,
  })
  expect((await assets.list()).map(({ name }) => name)).toEqual(['k3s'])
  expect((await assets.read('k3s'))?.toString()).toBe('k3s')
  await here.stop()
})

it.each([
  { bucket: 'assets', region: 'eu-central-1', host: 'assets.s3.eu-central-1.amazonaws.com' },
  { bucket: 'my.assets', region: 'eu-central-1', host: 's3.eu-central-1.amazonaws.com/my.assets' },
  { bucket: 'assets', region: 'cn-north-1', host: 'assets.s3.cn-north-1.amazonaws.com.cn' },
])('asks $host for the bucket $bucket', async ({ bucket, region, host }) => {
  server = await s3Server({ objects: { 'x/k3s': Buffer.from('k3s') } })
  const http = makeHttp({ ...QUICK, mirrors: { [`https://${host}`]: `${server.url}/x` } })
  const assets = new S3Source(`s3://${bucket}`, http, { region, endpoint: undefined, credentials: undefined })
  expect((await assets.list()).map(({ name }) => name)).toEqual(['k3s'])
})

it.each([
  { what: 'a web page', answer: '<html>Welcome</html>', message: 'its answer is not the list of a bucket' },
  ...[
    { what: 'a list with too many files', files: 1000 },
    { what: 'a list of empty pages without an end', files: 0 },
  ].map(({ what, files }) => ({
    what,
    answer: `<ListBucketResult>${'<Contents><Key>a</Key></Contents>'.repeat(files)}<IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken></ListBucketResult>`,
    message: 'there are more than 10000 files, or the list does not end',
  })),
])('an error when the store answers with $what', async ({ answer, message }) => {
  server = await httpServer((_, response) => response.end(answer))
  const settings = { region: 'us-east-1', credentials: undefined, endpoint: server.url }
  await expect(new S3Source('s3://assets', makeHttp(QUICK), settings).list()).rejects.toMatchObject({
    code: 'DOWNLOAD',
    message: `cannot list s3://assets/: ${message}`,
  })
})

it.each(['s3://', 's3:///x', 's3://a', 's3://-a/x'])('refuses the address %s', (address) => {
  const settings = { region: 'x', endpoint: undefined, credentials: undefined }
  expect(() => new S3Source(address, makeHttp(QUICK), settings)).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  )
})
