import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { statusOf } from '../../../src/artifacts/sources/exchange-faults.ts'
import { type HttpOptions, makeHttp } from '../../../src/artifacts/sources/make-http.ts'
import { ConvecthubError } from '../../../src/errors.ts'
import { certificates, type TestCertificates } from './helpers/certificates.ts'
import { httpProxy, type ProxyOptions } from './helpers/http-proxy.ts'
import { type Answerer, httpServer, type TestServer } from './helpers/http-server.ts'

const QUICK: HttpOptions = { env: {}, pause: 1, deadlines: { connect: 2000, idle: 300 } }

let tls: TestCertificates
let foreign: TestCertificates
const folder = mkdtempSync(join(tmpdir(), 'convecthub-http-'))
beforeAll(() => {
  tls = certificates()
  foreign = certificates('other.example')
})
afterAll(() => {
  tls.remove()
  foreign.remove()
  rmSync(folder, { recursive: true })
})

const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

async function serve(answer: Answerer, secured?: TestCertificates): Promise<TestServer> {
  const server = await httpServer(answer, secured)
  running.push(server)
  return server
}

async function proxy(options?: ProxyOptions) {
  const started = await httpProxy(options)
  running.push(started)
  return started
}

const yes: Answerer = (_, response) => void response.writeHead(200, { 'X-Kind': 'test' }).end('yes')

/** The error of a call, with all that is shown of it in `text`. */
async function errorOf(call: Promise<unknown>) {
  const error = await call.then(
    () => expect.fail('there is no error'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConvecthubError)) throw error
  const { code, message, details } = error
  return { error, code, message, text: [message, details.hint, details.evidence].join('\n') }
}

it('fetches an answer', async () => {
  const { url, requests } = await serve(yes)
  const answer = await makeHttp(QUICK).get(`${url}/a?b=c`, { headers: { accept: 'application/json' } })
  expect(answer).toMatchObject({ status: 200, headers: { 'x-kind': 'test' }, body: Buffer.from('yes') })
  expect(requests[0]).toMatchObject({ path: '/a?b=c', headers: { accept: 'application/json' } })
})

it.each([
  { status: 400, tries: 1, message: '400 Bad Request' },
  { status: 401, tries: 1, message: '401 Unauthorized' },
  { status: 403, tries: 1, message: '403 Forbidden' },
  { status: 404, tries: 1, message: '404 Not Found' },
  { status: 410, tries: 1, message: '410 Gone' },
  { status: 429, tries: 4, message: '429 Too Many Requests' },
  { status: 500, tries: 4, message: '500 Internal Server Error' },
  { status: 501, tries: 1, message: '501 Not Implemented' },
  { status: 503, tries: 4, message: '503 Service Unavailable' },
  { status: 302, tries: 1, message: '302 Found' },
])('says that the server answers $message, after $tries tries', async ({ status, tries, message }) => {
  const { url, port, requests } = await serve((_, response) =>
    response.writeHead(status, { 'content-type': 'text/plain' }).end('because'),
  )
  const { error, text } = await errorOf(makeHttp(QUICK).get(`${url}/a?signature=secret`))
  expect(error).toMatchObject({
    code: 'DOWNLOAD_REFUSED',
    message: `cannot fetch ${url}/a: localhost:${port} answers ${message}`,
    details: { evidence: 'because' },
  })
  expect(statusOf(error)).toBe(status)
  expect(text).not.toContain('secret')
  expect(requests).toHaveLength(tries)
})

it('returns a status that the caller expects', async () => {
  const { url } = await serve((_, response) =>
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
  )
  const answer = await makeHttp(QUICK).get(url, { expects: [401] })
  expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
})

it.each([
  { what: 'comes back after an error', first: [503], tries: 2 },
  { what: 'breaks the connection off twice', first: [0, 0], tries: 3 },
  { what: 'has too many requests', first: [429, 503], tries: 3 },
])('asks again when the server $what', async ({ first, tries }) => {
  const { url, requests } = await serve((request, response, count) => {
    const status = first[count - 1]
    if (status === 0) request.socket.destroy()
    else if (status) response.writeHead(status).end()
    else yes(request, response, count)
  })
  expect((await makeHttp(QUICK).get(url)).body.toString()).toBe('yes')
  expect(requests).toHaveLength(tries)
})

it('does not wait when the server asks for a long pause', async () => {
  const { url, requests } = await serve((_, response) =>
    response.writeHead(429, { 'retry-after': '3600' }).end(),
  )
  const { message } = await errorOf(makeHttp(QUICK).get(url))
  expect(message).toContain('429 Too Many Requests and asks for a pause of 3600 s')
  expect(requests).toHaveLength(1)
})

it.each<{ what: string; answer: Answerer; limit?: number; message: string }>([
  {
    what: 'sends more than the limit',
    answer: (_, response) => response.end('x'.repeat(101)),
    limit: 100,
    message: 'the answer is larger than 100 bytes',
  },
  {
    what: 'never answers',
    answer: () => {},
    message: 'HOST took the request but does not answer it',
  },
  {
    what: 'stops in the middle',
    answer: (_, response) => void response.write('x'),
    message: 'HOST stopped sending',
  },
  {
    what: 'breaks the connection off',
    answer: (request) => void request.socket.destroy(),
    message: 'HOST broke the connection off',
  },
  {
    what: 'redirects in a circle',
    answer: ({ url }, response) => response.writeHead(302, { location: url === '/a' ? '/b' : '/a' }).end(),
    message: 'it is redirected 10 times, the last time by http://HOST/a',
  },
  ...['ftp://a.example/x', 'http://', 'file:///etc/passwd'].map((location) => ({
    what: `redirects to ${location}`,
    answer: ((_, response) => response.writeHead(302, { location }).end()) satisfies Answerer,
    message: 'HOST redirects to something that is not an http:// or https:// address',
  })),
  {
    what: 'speaks another protocol',
    answer: (request) => void request.socket.end('220 mail.example ESMTP\r\n'),
    message: 'HOST does not answer in HTTP',
  },
])('an error when the server $what', async ({ answer, limit, message }) => {
  const { url, port } = await serve(answer)
  const found = await errorOf(makeHttp(QUICK).get(`${url}/a`, limit === undefined ? {} : { limit }))
  expect(found).toMatchObject({
    code: 'DOWNLOAD',
    message: `cannot fetch ${url}/a: ${message.replace('HOST', `localhost:${port}`)}`,
  })
})

it('an error when nothing listens, or there is no such host', async () => {
  const server = await httpServer(yes)
  await server.stop()
  const refused = await errorOf(makeHttp(QUICK).get(server.url))
  expect(refused).toMatchObject({
    code: 'DOWNLOAD',
    message: `cannot fetch ${server.url}/: nothing listens on localhost:${server.port} (connection refused)`,
  })
  const unknown = await errorOf(makeHttp(QUICK).get('http://no-such-host.invalid/x'))
  expect(unknown.code).toBe('DOWNLOAD')
  expect(unknown.message).toMatch(/no-such-host\.invalid/)
  expect(unknown.text).toContain('https_proxy=')
})

it('an error when a server accepts no TLS', async () => {
  const { port } = await serve(yes)
  expect(await errorOf(makeHttp(QUICK).get(`https://localhost:${port}/`))).toMatchObject({
    code: 'DOWNLOAD',
    error: { details: { hint: 'check whether it is http or https' } },
  })
})

it.each(['ftp://a.example/x', 'a.example/x', 'http://me:secret@'])('refuses the address %s', async (url) => {
  const { code, text } = await errorOf(makeHttp(QUICK).get(url))
  expect(code).toBe('USAGE')
  expect(text).not.toContain('secret')
})

it('sends the login of an address to its host, and only there', async () => {
  const { url: other, requests: theirs } = await serve(yes)
  const { url, requests } = await serve((_, response) =>
    response.writeHead(302, { location: `${other}/x` }).end(),
  )
  await makeHttp(QUICK).get(url.replace('//', '//me:p%40ss@'), { headers: { cookie: 'c' } })
  expect(requests[0]?.headers).toMatchObject({ authorization: `Basic ${btoa('me:p@ss')}`, cookie: 'c' })
  expect(theirs[0]?.headers.authorization).toBeUndefined()
  expect(theirs[0]?.headers.cookie).toBeUndefined()
})

it('keeps the Authorization header of the caller within the host', async () => {
  const { url, requests } = await serve(({ url: path }, response, count) =>
    path === '/a' ? void response.writeHead(307, { location: 'b' }).end() : yes({} as never, response, count),
  )
  await makeHttp(QUICK).get(`${url}/a`, { headers: { authorization: 'Bearer t' } })
  expect(requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
    ['/a', 'Bearer t'],
    ['/b', 'Bearer t'],
  ])
})

it('says the status of an answer whose words never come', async () => {
  const { url } = await serve(
    (_, response) => void response.writeHead(403, { 'content-length': 9 }).write('x'),
  )
  expect((await errorOf(makeHttp(QUICK).get(url))).message).toContain('403 Forbidden')
})

it('logs in to a mirror after a redirect', async () => {
  const { url: store, port, requests } = await serve(yes)
  const { url } = await serve((_, response) =>
    response.writeHead(302, { location: 'https://files.example/b' }).end(),
  )
  const mirrors = { 'files.example': `http://me:pass@localhost:${port}` }
  await makeHttp({ ...QUICK, mirrors }).get(url)
  expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('me:pass')}`)
  await makeHttp({ ...QUICK, mirrors }).get(store)
  expect(requests[1]?.headers.authorization).toBeUndefined()
})

it('asks mirrors, also for where it is redirected', async () => {
  const { url: store, requests } = await serve(({ url: path }, response) =>
    path === '/helm/a'
      ? response.writeHead(302, { location: 'https://files.example/b' }).end()
      : response.end(path),
  )
  const mirrors = { 'get.helm.sh': `${store}/helm`, 'files.example': `${store}/files` }
  const { body } = await makeHttp({ ...QUICK, mirrors }).get('http://get.helm.sh/a')
  expect(body.toString()).toBe('/files/b')
  expect(requests).toHaveLength(2)
})

it('trusts the authority that --ca names, and others as before', async () => {
  const { url } = await serve(yes, tls)
  expect((await makeHttp({ ...QUICK, ca: tls.ca }).get(url)).body.toString()).toBe('yes')
  expect(await errorOf(makeHttp(QUICK).get(url))).toMatchObject({
    code: 'DOWNLOAD',
    message: expect.stringContaining('is from an authority unknown here'),
    text: expect.stringContaining('--ca FILE'),
  })
  expect(await errorOf(makeHttp({ ...QUICK, ca: foreign.ca }).get(url))).toMatchObject({ code: 'DOWNLOAD' })
})

it('refuses a certificate for another name, and a redirect from https to http', async () => {
  const { url } = await serve(yes, foreign)
  expect((await errorOf(makeHttp({ ...QUICK, ca: foreign.ca }).get(url))).message).toContain(
    'is for other names',
  )
  const plain = await serve(yes)
  const secure = await serve(
    (_, response) => response.writeHead(302, { location: `${plain.url}/x` }).end(),
    tls,
  )
  expect((await errorOf(makeHttp({ ...QUICK, ca: tls.ca }).get(secure.url))).message).toContain(
    `redirects from https to http, to ${plain.url}/x`,
  )
  expect(plain.requests).toHaveLength(0)
})

it('refuses a --ca that is not there or holds no certificate', () => {
  const path = join(folder, 'ca.pem')
  const make = () => makeHttp({ ...QUICK, ca: path })
  expect(make).toThrow(expect.objectContaining({ code: 'USAGE', message: `--ca ${path}: no such file` }))
  writeFileSync(path, 'no certificate')
  expect(make).toThrow(
    expect.objectContaining({ code: 'USAGE', message: `--ca ${path}: there is no certificate in it` }),
  )
})

it('asks by a proxy, with its login', async () => {
  const http = await serve(yes)
  const https = await serve(yes, tls)
  const { port, asked } = await proxy({ login: 'me:p@ss' })
  const address = `http://me:p%40ss@localhost:${port}`
  const env = { http_proxy: address, HTTPS_PROXY: address }
  const client = makeHttp({ ...QUICK, env, ca: tls.ca })
  for (const { url } of [http, https, https])
    expect((await client.get(`${url}/a?b=c`)).body.toString()).toBe('yes')
  expect(new Set(asked)).toEqual(new Set([`GET ${http.url}/a?b=c`, `CONNECT localhost:${https.port}`]))
  expect(http.requests[0]?.headers).toMatchObject({ host: `localhost:${http.port}` })
  const seen = [...http.requests, ...https.requests].flatMap(({ headers }) => Object.keys(headers))
  expect(seen).not.toContain('proxy-authorization')
  const before = asked.length
  await makeHttp({ ...QUICK, env: { ...env, no_proxy: 'localhost' } }).get(http.url)
  expect(asked).toHaveLength(before)
})

it.each<{ what: string; options: ProxyOptions; user?: string; code: string; message: string; hint: string }>([
  {
    what: 'needs a password',
    options: { login: 'me:secret' },
    code: 'DOWNLOAD_REFUSED',
    message: 'the proxy PROXY needs a user and password (407)',
    hint: 'write them into its address: VARIABLE=http://USER:PASSWORD@',
  },
  {
    what: 'refuses the password',
    options: { login: 'me:secret' },
    user: 'me:hushhush@',
    code: 'DOWNLOAD_REFUSED',
    message: 'the proxy PROXY refused the user and password (407)',
    hint: 'correct them: VARIABLE=http://USER:PASSWORD@',
  },
  {
    what: 'ends the connection',
    options: { silent: 'ends' },
    code: 'DOWNLOAD',
    message: 'the proxy PROXY broke the connection off',
    hint: 'the same command again',
  },
  {
    what: 'does not answer',
    options: { silent: 'hangs' },
    code: 'DOWNLOAD',
    message: 'the proxy PROXY took the request but does not answer it',
    hint: 'the same command again',
  },
])('an error when the proxy $what', async ({ options, user = '', code, message, hint }) => {
  const { port, asked } = await proxy(options)
  for (const [variable, url] of [
    ['http_proxy', 'http://a.example/x'],
    ['https_proxy', 'https://a.example/x'],
  ] as const) {
    const env = { [variable]: `http://${user}localhost:${port}` }
    const deadlines = { connect: 300, idle: 300 }
    const found = await errorOf(makeHttp({ ...QUICK, env, deadlines }).get(url))
    const place = `localhost:${port} (from ${variable})`
    expect(found).toMatchObject({ code, message: `cannot fetch ${url}: ${message.replace('PROXY', place)}` })
    expect(found.text).toContain(hint.replace('VARIABLE', variable))
    expect(found.text).not.toMatch(/secret|hushhush/)
  }
  expect(asked).toHaveLength(options.silent ? 8 : 2)
})

it('checks the certificates of the proxy and of the server behind it', async () => {
  const { url } = await serve(yes, tls)
  const other = await serve(yes, foreign)
  const { port, asked } = await proxy({ tls })
  const env = { https_proxy: `https://localhost:${port}` }
  const both = join(folder, 'both.pem')
  writeFileSync(both, `${readFileSync(tls.ca, 'utf8')}${readFileSync(foreign.ca, 'utf8')}`)
  expect((await makeHttp({ ...QUICK, env, ca: both }).get(url)).body.toString()).toBe('yes')
  expect(asked).toHaveLength(1)
  expect((await errorOf(makeHttp({ ...QUICK, env }).get(url))).message).toContain(
    `the certificate of the proxy localhost:${port} (from https_proxy) is from an authority unknown here`,
  )
  expect((await errorOf(makeHttp({ ...QUICK, env, ca: both }).get(other.url))).message).toContain(
    `the certificate of localhost:${other.port} is for other names`,
  )
  expect(other.requests).toHaveLength(0)
})

it('an error when a proxy blocks an address, and when nothing listens there', async () => {
  const { port } = await proxy({ status: 403 })
  const env = { https_proxy: `localhost:${port}` }
  expect(await errorOf(makeHttp({ ...QUICK, env }).get('https://a.example/x'))).toMatchObject({
    code: 'DOWNLOAD_REFUSED',
    message: `cannot fetch https://a.example/x: the proxy localhost:${port} (from https_proxy) answers 403 Forbidden`,
  })
  const gone = await httpProxy()
  await gone.stop()
  const nowhere = { https_proxy: `localhost:${gone.port}` }
  expect(await errorOf(makeHttp({ ...QUICK, env: nowhere }).get('https://a.example/x'))).toMatchObject({
    message: `cannot fetch https://a.example/x: nothing listens on the proxy localhost:${gone.port} (from https_proxy) (connection refused)`,
    error: {
      details: {
        hint: 'correct https_proxy, or unset it; no_proxy=a.example asks a.example without a proxy',
      },
    },
  })
})

it('an error when a host takes no part in TLS', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket)).listen(0, 'localhost')
  running.push({
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const http = makeHttp({ ...QUICK, deadlines: { connect: 200, idle: 300 } })
  expect(await errorOf(http.get(`https://localhost:${port}/`))).toMatchObject({
    code: 'DOWNLOAD',
    message: `cannot fetch https://localhost:${port}/: localhost:${port} does not answer`,
  })
})

it('uses connections again', async () => {
  const ports = new Set<number | undefined>()
  const { url } = await serve((request, response) => {
    ports.add(request.socket.remotePort)
    response.end('yes')
  })
  const http = makeHttp(QUICK)
  for (let i = 0; i < 6; i++) await http.get(url)
  // the first may not be free yet when the second request comes
  expect(ports.size).toBeLessThan(3)
})

it('stops a call that waits', async () => {
  const stop = new AbortController()
  const { url } = await serve(() => stop.abort())
  const http = makeHttp({ ...QUICK, deadlines: { connect: 2000, idle: 60_000 }, signal: stop.signal })
  expect(await errorOf(http.get(url))).toMatchObject({ code: 'INTERRUPTED' })
})
