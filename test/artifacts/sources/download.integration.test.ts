import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Expected } from '../../../src/artifacts/sources/http.ts'
import { type HttpOptions, makeHttp } from '../../../src/artifacts/sources/make-http.ts'
import { type Answerer, cut, httpServer, serving, type TestServer } from './helpers/http-server.ts'

const CONTENT = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * i) >> 7))
const OTHER = Buffer.from(CONTENT).fill(7, 500_000)
const SHA256 = createHash('sha256').update(CONTENT).digest('hex')
const WHOLE: Expected = { size: CONTENT.length, sha256: SHA256 }
/** A later part of the file; what was on its way when the connection was cut is lost. */
const CONTINUED = expect.stringMatching(/^bytes=[1-9]\d*-$/)
const QUICK: HttpOptions = { env: {}, pause: 1, deadlines: { connect: 2000, idle: 300 } }

let folder: string
let path: string
let server: TestServer | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-download-'))
  path = join(folder, 'file')
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await server?.stop()
  server = undefined
})

async function serve(answer: Answerer): Promise<string> {
  server = await httpServer(answer)
  return `${server.url}/file`
}

/** The ranges that were asked for; `whole` where there was none. */
const asked = () => server?.requests.map(({ headers }) => headers.range ?? 'whole')

it('fetches a file, and leaves nothing beside it', async () => {
  const url = await serve(serving(CONTENT))
  let bytes = 0
  let size = 0
  const result = await makeHttp(QUICK).download(url, path, WHOLE, {
    onBytes: (count) => (bytes += count),
    onSize: (all) => (size = all),
  })
  expect(result).toEqual({ size: CONTENT.length, sha256: SHA256 })
  expect(size).toBe(CONTENT.length)
  expect(readFileSync(path).equals(CONTENT)).toBe(true)
  expect(readdirSync(folder)).toEqual(['file'])
  expect(bytes).toBe(CONTENT.length)
})

it.each<{ what: string; expected: Expected; part?: Buffer; answer: Answerer; asks: unknown[] }>([
  {
    what: 'continues the part of an earlier call',
    expected: WHOLE,
    part: CONTENT.subarray(0, 400_000),
    answer: serving(CONTENT),
    asks: ['bytes=400000-'],
  },
  {
    what: 'continues without knowing the size',
    expected: { sha256: SHA256 },
    part: CONTENT.subarray(0, 400_000),
    answer: serving(CONTENT),
    asks: ['bytes=400000-'],
  },
  {
    what: 'asks for nothing when the part is complete',
    expected: WHOLE,
    part: CONTENT,
    answer: serving(CONTENT),
    asks: [],
  },
  {
    what: 'takes a complete part whose size it did not know',
    expected: { sha256: SHA256 },
    part: CONTENT,
    answer: serving(CONTENT),
    asks: ['bytes=1000000-'],
  },
  {
    what: 'drops a part that is too long',
    expected: WHOLE,
    part: Buffer.concat([CONTENT, CONTENT]),
    answer: serving(CONTENT),
    asks: ['whole'],
  },
  {
    what: 'fetches the whole file when the part was of another one',
    expected: WHOLE,
    part: OTHER.subarray(0, 600_000),
    answer: serving(CONTENT),
    asks: ['bytes=600000-', 'whole'],
  },
  {
    what: 'fetches the whole file when the complete part is another one',
    expected: WHOLE,
    part: OTHER,
    answer: serving(CONTENT),
    asks: ['whole'],
  },
  {
    what: 'drops a part when nothing tells whether it is of the same file',
    expected: {},
    part: OTHER.subarray(0, 600_000),
    answer: serving(CONTENT),
    asks: ['whole'],
  },
  {
    what: 'continues a part with the same ETag',
    expected: { etag: '"v1"' },
    part: CONTENT.subarray(0, 400_000),
    answer: serving(CONTENT),
    asks: ['bytes=400000-'],
  },
  {
    what: 'takes the whole file from a server that ignores ranges',
    expected: WHOLE,
    part: CONTENT.subarray(0, 400_000),
    answer: (_, response) => response.end(CONTENT),
    asks: ['bytes=400000-'],
  },
  {
    what: 'fetches the whole file when the server answers with the wrong range',
    expected: WHOLE,
    part: CONTENT.subarray(0, 400_000),
    answer: ({ headers }, response) => {
      if (headers.range) response.writeHead(206, { 'content-range': 'bytes 399999-999999/1000000' })
      response.end(headers.range ? CONTENT.subarray(399_999) : CONTENT)
    },
    asks: ['bytes=400000-', 'whole'],
  },
  {
    what: 'fetches the whole file when the server refuses ranges',
    expected: WHOLE,
    part: CONTENT.subarray(0, 400_000),
    answer: ({ headers }, response) =>
      headers.range ? response.writeHead(416).end() : response.end(CONTENT),
    asks: ['bytes=400000-', 'whole'],
  },
  {
    what: 'asks for the rest when the server sends less than it was asked for',
    expected: { sha256: SHA256 },
    part: CONTENT.subarray(0, 400_000),
    answer: ({ headers }, response) => {
      const from = Number(/\d+/.exec(headers.range ?? '')?.[0])
      response.writeHead(206, { 'content-range': `bytes ${from}-${from + 299_999}/1000000` })
      response.end(CONTENT.subarray(from, from + 300_000))
    },
    asks: ['bytes=400000-', 'bytes=700000-'],
  },
  {
    what: 'continues where the connection was cut',
    expected: WHOLE,
    answer: (request, response, count) =>
      count === 1 ? cut(response, CONTENT, 300_000) : serving(CONTENT)(request, response, count),
    asks: ['whole', CONTINUED],
  },
  {
    what: 'continues by the ETag when it knows no sha256',
    expected: {},
    answer: (request, response, count) =>
      count === 1
        ? cut(response, CONTENT, 300_000, { etag: '"v1"' })
        : serving(CONTENT)(request, response, count),
    asks: ['whole', CONTINUED],
  },
  {
    what: 'starts again when the file was replaced between two tries',
    expected: {},
    answer: (request, response, count) =>
      count === 1
        ? cut(response, OTHER, 600_000, { etag: '"v0"' })
        : serving(CONTENT)(request, response, count),
    asks: ['whole', CONTINUED],
  },
  {
    what: 'starts again after a cut without sha256 and ETag',
    expected: {},
    answer: (_, response, count) =>
      count === 1 ? cut(response, OTHER, 600_000) : void response.end(CONTENT),
    asks: ['whole', 'whole'],
  },
  {
    what: 'ignores the ETag of a part when the server replaced the file',
    expected: {},
    answer: ({ headers }, response, count) => {
      if (count === 1) return cut(response, OTHER, 600_000, { etag: '"v0"' })
      if (!headers.range) return void response.end(CONTENT)
      const from = Number(/\d+/.exec(headers.range)?.[0])
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes ${from}-999999/1000000` })
      return void response.end(CONTENT.subarray(from))
    },
    asks: ['whole', CONTINUED, 'whole'],
  },
  {
    what: 'continues when the server stalls',
    expected: WHOLE,
    answer: (request, response, count) => {
      if (count > 1) return serving(CONTENT)(request, response, count)
      response.writeHead(200, { 'content-length': CONTENT.length })
      response.write(CONTENT.subarray(0, 300_000))
    },
    asks: ['whole', 'bytes=300000-'],
  },
  {
    what: 'survives more cuts than tries, as each brings bytes',
    expected: WHOLE,
    answer: ({ headers }, response, count) => {
      const from = Number(/\d+/.exec(headers.range ?? '0')?.[0])
      const total = CONTENT.length
      if (from > 0)
        response.writeHead(206, {
          'content-length': total - from,
          'content-range': `bytes ${from}-${total - 1}/${total}`,
        })
      else response.writeHead(200, { 'content-length': total })
      if (count > 8) response.end(CONTENT.subarray(from))
      else response.write(CONTENT.subarray(from, from + 100_000), () => response.destroy())
    },
    asks: ['whole', ...Array(8).fill(CONTINUED)],
  },
  {
    what: 'waits as long as the server asks',
    expected: WHOLE,
    answer: (request, response, count) =>
      count === 1
        ? void response.writeHead(503, { 'retry-after': '0' }).end()
        : serving(CONTENT)(request, response, count),
    asks: ['whole', 'whole'],
  },
])('$what', async ({ expected, part, answer, asks }) => {
  const url = await serve(answer)
  if (part) writeFileSync(`${path}.part`, part)
  let bytes = 0
  const result = await makeHttp(QUICK).download(url, path, expected, { onBytes: (count) => (bytes += count) })
  expect(asked()).toEqual(asks)
  expect(result).toEqual({ size: CONTENT.length, sha256: SHA256 })
  expect(readFileSync(path).equals(CONTENT)).toBe(true)
  expect(bytes).toBe(CONTENT.length)
  expect(readdirSync(folder)).toEqual(['file'])
})

it.each<{
  what: string
  expected?: Expected
  limit?: number
  answer: Answerer
  code: string
  message: string | RegExp
  /** What is left for the next call: nothing, a part, or so many bytes. */
  left?: 'a part' | number
  tries: number
}>([
  {
    what: 'another digest',
    answer: serving(OTHER),
    code: 'DOWNLOAD_DIGEST',
    message: / has the sha256 [0-9a-f]{64}; expected is [0-9a-f]{64}$/,
    tries: 1,
  },
  {
    what: 'a shorter file',
    answer: serving(CONTENT.subarray(1)),
    code: 'DOWNLOAD_DIGEST',
    message: /\/file is 999999 bytes; expected are 1000000$/,
    tries: 1,
  },
  {
    what: 'a longer file',
    answer: serving(Buffer.concat([CONTENT, CONTENT])),
    code: 'DOWNLOAD_DIGEST',
    message: /\/file is 2000000 bytes; expected are 1000000$/,
    tries: 1,
  },
  {
    what: 'an endless body where the size is known',
    answer: (_, response) => {
      const more = (): void =>
        void (response.write(CONTENT) ? setImmediate(more) : response.once('drain', more))
      more()
    },
    code: 'DOWNLOAD_DIGEST',
    message: /\/file is more than 1000000 bytes; expected are 1000000$/,
    tries: 1,
  },
  {
    what: 'an endless body where the size is not known',
    expected: {},
    limit: 5_000_000,
    answer: (_, response) => {
      const more = (): void =>
        void (response.write(CONTENT) ? setImmediate(more) : response.once('drain', more))
      more()
    },
    code: 'DOWNLOAD',
    message: /it is more than 5000000 bytes; the limit is 5000000$/,
    tries: 1,
  },
  {
    what: 'a file that is said to be over the limit',
    expected: {},
    limit: 100,
    answer: serving(CONTENT),
    code: 'DOWNLOAD',
    message: /it is 1000000 bytes; the limit is 100$/,
    tries: 1,
  },
  {
    what: 'a length that is too large',
    answer: (_, response) => cut(response, CONTENT, 300_000),
    code: 'DOWNLOAD',
    message: /localhost:\d+ broke the connection off$/,
    left: 'a part',
    tries: 4,
  },
  {
    what: 'a part and closes the connection, without a length',
    answer: (_, response) => {
      response.useChunkedEncodingByDefault = false
      response.shouldKeepAlive = false
      response.end(CONTENT.subarray(0, 300_000))
    },
    code: 'DOWNLOAD',
    message: /localhost:\d+ ended the file too early$/,
    left: 300_000,
    tries: 4,
  },
  {
    what: 'a part in chunks',
    answer: (_, response) => {
      response.write(CONTENT.subarray(0, 300_000))
      response.end()
    },
    code: 'DOWNLOAD',
    message: /localhost:\d+ ended the file too early$/,
    left: 300_000,
    tries: 4,
  },
  {
    what: 'a part that nobody asked for',
    answer: (_, response) => response.writeHead(206).end(CONTENT),
    code: 'DOWNLOAD',
    message: /it answers with a part of the file, but was asked for the whole$/,
    tries: 1,
  },
  {
    what: 'a stop',
    answer: (_, response) => void response.write(CONTENT.subarray(0, 300_000)),
    code: 'DOWNLOAD',
    message: /localhost:\d+ stopped sending$/,
    left: 300_000,
    tries: 4,
  },
  {
    what: 'another ETag',
    expected: { etag: '"v0"' },
    answer: serving(CONTENT),
    code: 'DOWNLOAD_DIGEST',
    message: /has changed meanwhile: its ETag is "v1"; expected is "v0"$/,
    tries: 1,
  },
])('a server that sends $what', async ({ expected = WHOLE, limit, answer, code, message, left, tries }) => {
  const url = await serve(answer)
  await expect(
    makeHttp(QUICK).download(url, path, expected, limit === undefined ? {} : { limit }),
  ).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    details: { hint: expect.any(String) },
  })
  expect(existsSync(path)).toBe(false)
  const part = existsSync(`${path}.part`) ? readFileSync(`${path}.part`) : Buffer.alloc(0)
  if (left === 'a part') expect(part.length).toBeGreaterThan(100_000)
  else expect(part.length).toBe(left ?? 0)
  expect(part.equals(CONTENT.subarray(0, part.length))).toBe(true)
  expect(server?.requests).toHaveLength(tries)
})

it('ends a server that only drips, at the idle deadline', async () => {
  const dripping = new Set<NodeJS.Timeout>()
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': CONTENT.length })
    dripping.add(setInterval(() => response.write('x'), 20))
  })
  await expect(makeHttp(QUICK).download(url, path, WHOLE)).rejects.toMatchObject({ code: 'DOWNLOAD' })
  for (const timer of dripping) clearInterval(timer)
})

it('fetches files from a server that closes the connection after each, before they are written', async () => {
  const sizes = Array.from({ length: 40 }, (_, i) => (i + 1) * 16 * 1024)
  const url = await serve(({ url: asked = '' }, response) => {
    const size = Number(asked.split('/').at(-1))
    response.shouldKeepAlive = false
    response.writeHead(200, { 'content-length': size }).end(CONTENT.subarray(0, size))
  })
  const http = makeHttp(QUICK)
  await Promise.all(
    sizes.map((size) => http.download(`${url}/${size}`, join(folder, String(size)), { size })),
  )
  for (const size of sizes)
    expect(readFileSync(join(folder, String(size))).equals(CONTENT.subarray(0, size))).toBe(true)
})

it('a disk that is full', async () => {
  const url = await serve(serving(CONTENT))
  symlinkSync('/dev/full', `${path}.part`)
  await expect(makeHttp(QUICK).download(url, path, {})).rejects.toMatchObject({
    code: 'LOCAL_IO',
    message: expect.stringMatching(/^cannot write .*\/file\.part: no space left on device$/),
    details: { hint: expect.stringContaining('df -h') },
  })
  expect(existsSync(path)).toBe(false)
})

it('stops when the run is stopped, and the next call continues', async () => {
  const stop = new AbortController()
  const url = await serve((request, response, count) => {
    if (count > 1) return serving(CONTENT)(request, response, count)
    response.writeHead(200, { 'content-length': CONTENT.length })
    response.write(CONTENT.subarray(0, 300_000))
  })
  let bytes = 0
  const onBytes = (count: number) => {
    bytes += count
    if (bytes === 300_000) stop.abort()
  }
  const http = makeHttp({ ...QUICK, signal: stop.signal })
  await expect(http.download(url, path, WHOLE, { onBytes })).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(existsSync(path)).toBe(false)
  await makeHttp(QUICK).download(url, path, WHOLE)
  expect(asked()).toEqual(['whole', 'bytes=300000-'])
})
