import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { copyFrom } from '../../../src/artifacts/sources/copy-from.ts'
import { type HttpOptions, makeHttp } from '../../../src/artifacts/sources/make-http.ts'
import { openSource } from '../../../src/artifacts/sources/open-source.ts'
import type { Source } from '../../../src/artifacts/sources/source.ts'
import type { WorkEvent } from '../../../src/artifacts/work-event.ts'
import { testBundle } from '../../helpers/test-cluster.ts'
import { httpServer, serving, type TestServer } from './helpers/http-server.ts'
import { s3Server } from './helpers/s3-server.ts'

const QUICK: HttpOptions = { env: {}, pause: 1, deadlines: { connect: 2000, idle: 300 } }

let root: string
let folder: string
const running: TestServer[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'convecthub-copy-'))
  folder = join(root, 'bundle')
})
afterEach(async () => {
  rmSync(root, { recursive: true })
  for (const each of running.splice(0)) await each.stop()
})

const contentOf = (name: string) => Buffer.from(name.repeat(10_000))
const FILES = testBundle().files.map((file) => {
  const content = contentOf(file.name)
  return { ...file, size: content.length, sha256: createHash('sha256').update(content).digest('hex') }
})
const NAMES = FILES.map(({ name }) => name).toSorted()
const LOCK = Buffer.from(stringify({ version: 1, description: 'test', files: FILES }))
const TOTAL = FILES.reduce((sum, { size }) => sum + size, 0)

/** A bundle, by name, with changes; a change to undefined takes a file out. */
function bundle(changes: Readonly<Record<string, Buffer | undefined>> = {}): Record<string, Buffer> {
  const all = {
    ...Object.fromEntries(NAMES.map((name) => [name, contentOf(name)])),
    'bundle.lock.yaml': LOCK,
  }
  return Object.fromEntries(
    Object.entries({ ...all, ...changes }).flatMap(([name, content]) => (content ? [[name, content]] : [])),
  )
}

function putAll(where: string, files: Readonly<Record<string, Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(where, name)), { recursive: true })
    writeFileSync(join(where, name), content)
  }
}

type Kind = 'folder' | 'https' | 's3'
const KINDS: readonly Kind[] = ['folder', 'https', 's3']

/** A source that holds these files, and what was fetched from it. */
async function sourceOf(
  kind: Kind,
  files: Readonly<Record<string, Buffer>>,
  etags: Readonly<Record<string, string>> = {},
): Promise<{ source: Source; fetched(): string[] }> {
  const http = makeHttp(QUICK)
  if (kind === 'folder') {
    const path = join(root, 'source')
    putAll(path, files)
    return { source: openSource(path, http, {}), fetched: () => [] }
  }
  const named = (prefix: string, values: Readonly<Record<string, string | Buffer>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]))
  const server =
    kind === 's3'
      ? await s3Server({
          objects: named('assets/bin/', files) as Record<string, Buffer>,
          etags: named('assets/bin/', etags) as Record<string, string>,
        })
      : await httpServer((request, response) => {
          const found = files[decodeURIComponent(request.url ?? '').slice('/bundle/'.length)]
          if (found) serving(found)(request, response, 0)
          else response.writeHead(404).end()
        })
  running.push(server)
  const paths = () => server.requests.map(({ path }) => decodeURIComponent(path.split('?')[0] ?? ''))
  return {
    source:
      kind === 's3'
        ? openSource('s3://assets/bin', http, {
            AWS_ENDPOINT_URL_S3: server.url,
            AWS_SHARED_CREDENTIALS_FILE: '/none',
            AWS_CONFIG_FILE: '/none',
          })
        : openSource(`${server.url.replace('//', '//me:secret@')}/bundle`, http, {}),
    fetched: () =>
      paths()
        .flatMap((path) => path.split(/^\/(?:assets\/bin|bundle)\//)[1] || [])
        .filter((name) => NAMES.includes(name))
        .toSorted(),
  }
}

function held(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted()
}

it.each(KINDS)('copies a bundle from a source of the kind %s, and nothing the second time', async (kind) => {
  const beside = { 'bundle.yaml': Buffer.from('k3s: v1'), 'bundle.lock.yaml.sig': Buffer.from('signed') }
  const { source, fetched } = await sourceOf(kind, bundle(beside))
  const copied = await copyFrom(source, folder)
  expect(copied.fetched).toEqual(NAMES)
  expect(copied.lock?.description).toBe('test')
  expect(held()).toEqual([...NAMES, ...Object.keys(beside), 'bundle.lock.yaml'].toSorted())
  for (const name of NAMES) expect(readFileSync(join(folder, name))).toEqual(contentOf(name))
  expect(readFileSync(join(folder, 'bundle.lock.yaml'))).toEqual(LOCK)
  const before = fetched()
  expect((await copyFrom(source, folder)).fetched).toEqual([])
  expect(fetched()).toEqual(before)
})

it.each(KINDS)('fetches what is missing or different, and tells how far it is (%s)', async (kind) => {
  const { source } = await sourceOf(kind, bundle())
  putAll(folder, bundle({ helm: Buffer.alloc(contentOf('helm').length), k3s: undefined }))
  const heard: WorkEvent[] = []
  const { fetched } = await copyFrom(source, folder, { emit: (event) => heard.push(event) })
  expect(fetched).toEqual(['helm', 'k3s'])
  expect(readFileSync(join(folder, 'helm'))).toEqual(contentOf('helm'))
  expect(heard[0]).toEqual({ event: 'wanted', count: 4, all: true, size: TOTAL })
  const named = (wanted: WorkEvent['event']) =>
    heard.flatMap((each) => (each.event === wanted && 'name' in each ? each.name : [])).toSorted()
  expect(named('done')).toEqual(NAMES.filter((name) => name !== 'helm' && name !== 'k3s'))
  expect(named('fetch')).toEqual(['helm', 'k3s'])
  expect(named('fetched')).toEqual(['helm', 'k3s'])
  const counts = heard.map((each) => (each.event === 'bytes' ? each.count : 0))
  expect(counts.reduce((sum, each) => sum + each)).toBe(TOTAL)
})

const SIGNED = { 'bundle.lock.yaml.sig': Buffer.from('key\nsignature\n') }
const OTHER = Buffer.from(stringify({ version: 1, description: 'other', files: FILES }))
it.each<{
  what: string
  theirs: Record<string, Buffer>
  ours: Record<string, Buffer>
  left: boolean
  unsigned: boolean
}>([
  { what: 'copies that of the lock', theirs: SIGNED, ours: {}, left: true, unsigned: false },
  {
    what: 'copies that of the lock over another',
    theirs: SIGNED,
    ours: { 'bundle.lock.yaml': OTHER, 'bundle.lock.yaml.sig': Buffer.from('old') },
    ...{ left: true, unsigned: false },
  },
  {
    what: 'removes that of another lock',
    theirs: {},
    ours: { 'bundle.lock.yaml': OTHER, ...SIGNED },
    ...{ left: false, unsigned: true },
  },
  {
    what: 'keeps that of the same lock',
    theirs: {},
    ours: { 'bundle.lock.yaml': LOCK, ...SIGNED },
    ...{ left: true, unsigned: false },
  },
])('signatures: $what', async ({ theirs, ours, left, unsigned }) => {
  for (const kind of KINDS) {
    const { source } = await sourceOf(kind, bundle(theirs))
    rmSync(folder, { recursive: true, force: true })
    putAll(folder, ours)
    expect(await copyFrom(source, folder)).toMatchObject({ unsigned, files: NAMES.length })
    const path = join(folder, 'bundle.lock.yaml.sig')
    const held = existsSync(path) ? readFileSync(path, 'utf8') : undefined
    expect(held).toBe(left ? String(SIGNED['bundle.lock.yaml.sig']) : undefined)
  }
})

it('needs no bundle.yaml and no signature from a server that answers 403 for what is not there', async () => {
  const files = bundle()
  const server = await httpServer((request, response) => {
    const found = files[request.url?.slice(1) ?? '']
    if (found) serving(found)(request, response, 0)
    else response.writeHead(403).end()
  })
  running.push(server)
  const { fetched } = await copyFrom(openSource(server.url, makeHttp(QUICK), {}), folder)
  expect(fetched).toEqual(NAMES)
})

it('a copy that fails leaves the bundle that is there as it was, and continues later', async () => {
  const files = bundle({ 'bundle.lock.yaml': undefined })
  const before = Object.fromEntries(NAMES.map((name) => [name, Buffer.from(`old ${name}`)]))
  putAll(folder, before)
  const broken = await sourceOf('https', bundle({ helm: Buffer.alloc(contentOf('helm').length, 'x') }))
  await expect(copyFrom(broken.source, folder)).rejects.toMatchObject({ code: 'DOWNLOAD_DIGEST' })
  for (const name of NAMES) expect(String(readFileSync(join(folder, name)))).toBe(`old ${name}`)
  const whole = await sourceOf('https', bundle())
  await copyFrom(whole.source, folder)
  for (const name of NAMES) expect(readFileSync(join(folder, name))).toEqual(files[name])
  expect(whole.fetched()).toContain('helm')
})

it('copies what a bucket without a lock has, and keeps what is there by ETag or time', async () => {
  const plain = bundle({ 'bundle.lock.yaml': undefined, 'many-parts.tar': Buffer.from('parts') })
  const { source } = await sourceOf('s3', plain, { 'many-parts.tar': '"0123-2"' })
  putAll(folder, { k3s: contentOf('k3s'), 'many-parts.tar': Buffer.from('parts') })
  const first = await copyFrom(source, folder)
  expect(first.fetched).toEqual([...NAMES, 'many-parts.tar'].toSorted().filter((name) => name !== 'k3s'))
  expect(first.lock).toBeUndefined()
  expect(existsSync(join(folder, 'bundle.lock.yaml'))).toBe(false)
  expect((await copyFrom(source, folder)).fetched).toEqual([])
  utimesSync(join(folder, 'helm'), 1, 1)
  utimesSync(join(folder, 'many-parts.tar'), 1, 1)
  expect((await copyFrom(source, folder)).fetched).toEqual(['many-parts.tar'])
})

it('continues a file where an earlier copy was cut', async () => {
  const content = Buffer.alloc(1_000_000, 'x')
  let isCut = true
  const lock = stringify({
    version: 1,
    description: 'test',
    files: FILES.map((file) => ({
      ...file,
      ...(file.name === 'k3s' && {
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      }),
    })),
  })
  const files = bundle({ 'bundle.lock.yaml': Buffer.from(lock), k3s: content })
  const server = await httpServer((request, response) => {
    const name = request.url?.slice(1) ?? ''
    const found = files[name]
    if (!found) return void response.writeHead(404).end()
    if (name !== 'k3s' || !isCut) return serving(found)(request, response, 0)
    response.writeHead(200, { 'content-length': found.length })
    response.write(found.subarray(0, 500_000))
  })
  running.push(server)
  const source = openSource(server.url, makeHttp(QUICK), {})
  await expect(copyFrom(source, folder)).rejects.toMatchObject({ code: 'DOWNLOAD' })
  expect(existsSync(join(folder, 'k3s'))).toBe(false)
  expect(existsSync(join(folder, 'bundle.lock.yaml'))).toBe(false)
  isCut = false
  server.requests.splice(0)
  await copyFrom(source, folder)
  const asked = server.requests.filter(({ path }) => path === '/k3s')
  expect(asked.map(({ headers }) => headers.range)).toEqual(['bytes=500000-'])
  expect(readFileSync(join(folder, 'k3s'))).toEqual(content)
  expect(readdirSync(join(folder, '.pull'))).toEqual([])
})

it.each(KINDS)('an error for another digest, with the old lock in place (%s)', async (kind) => {
  const wrong = Buffer.alloc(contentOf('helm').length, 'x')
  const { source } = await sourceOf(kind, bundle({ helm: wrong }))
  putAll(folder, { 'bundle.lock.yaml': Buffer.from('old') })
  await expect(copyFrom(source, folder)).rejects.toMatchObject({
    code: 'DOWNLOAD_DIGEST',
    message: expect.stringContaining('helm has the sha256 '),
  })
  expect(existsSync(join(folder, 'helm'))).toBe(false)
  expect(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')).toBe('old')
})

it.each(KINDS)('an error for a lock that cannot be used (%s)', async (kind) => {
  const { source } = await sourceOf(kind, bundle({ 'bundle.lock.yaml': Buffer.from('version: 99') }))
  await expect(copyFrom(source, folder)).rejects.toMatchObject({
    code: 'BUNDLE_SOURCE',
    message: `the bundle.lock.yaml in ${source.place} cannot be used: it has version 99; this convecthub reads up to 2`,
  })
  expect(existsSync(folder)).toBe(false)
})

it('an error before the first file when the disk is too small for all', async () => {
  const files = FILES.map((file) => (file.name === 'helm' ? { ...file, size: 1e15 } : file))
  const lock = Buffer.from(stringify({ version: 1, description: 'test', files }))
  const { source, fetched } = await sourceOf('https', bundle({ 'bundle.lock.yaml': lock }))
  await expect(copyFrom(source, folder)).rejects.toMatchObject({
    code: 'LOCAL_IO',
    message: expect.stringMatching(/ has room for \d+ MB; 100000000\d MB are needed$/),
  })
  expect(fetched()).toEqual([])
})

it('an error for a web server without a lock, which shows no password', async () => {
  const { source } = await sourceOf('https', {})
  await expect(copyFrom(source, folder)).rejects.toMatchObject({
    code: 'BUNDLE_SOURCE',
    message: expect.stringMatching(
      /^there is no bundle\.lock\.yaml in http:\/\/localhost:\d+\/bundle\/, and/,
    ),
  })
})

it.each([
  { what: 'there is none', make: () => {}, reason: 'no such file' },
  { what: 'it is a file', make: (path: string) => writeFileSync(path, ''), reason: 'not a directory' },
  {
    what: 'a link leads out of it',
    make: (path: string) => {
      mkdirSync(path)
      symlinkSync('/etc/hostname', join(path, 'k3s'))
    },
    reason: 'it is a link out of the folder, to /etc/hostname',
  },
  {
    what: 'a link leads to nothing',
    make: (path: string) => {
      mkdirSync(path)
      symlinkSync('gone', join(path, 'k3s'))
    },
    reason: 'no such file',
  },
])('an error for a folder when $what', async ({ make, reason }) => {
  const path = join(root, 'source')
  make(path)
  await expect(copyFrom(openSource(path, makeHttp(QUICK), {}), folder)).rejects.toMatchObject({
    code: 'BUNDLE_SOURCE',
    message: expect.stringMatching(new RegExp(`^cannot copy from ${path}(/k3s)?: ${reason}$`)),
  })
})

it('stops all files when one fails, or when it is told to', async () => {
  const lock = LOCK
  let waiting = 0
  const stop = new AbortController()
  const server = await httpServer(({ url }, response) => {
    if (url === '/bundle.lock.yaml') return void response.end(lock)
    if (/^\/bundle\./.test(url ?? '')) return void response.writeHead(404).end()
    waiting++
    if (waiting === FILES.length) {
      if (stop.signal.aborted) response.writeHead(403).end()
      else stop.abort()
    }
  })
  running.push(server)
  const http = makeHttp({ ...QUICK, deadlines: { connect: 2000, idle: 60_000 } })
  const source = openSource(server.url, http, {})
  await expect(copyFrom(source, folder, { signal: stop.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  })
  waiting = 0
  await expect(copyFrom(source, folder)).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' })
})

it.each(['gs://assets/bin', 'ftp://a.example/x'])('refuses %s', (address) => {
  expect(() => openSource(address, makeHttp(QUICK), {})).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      details: { hint: 'name s3://BUCKET/PREFIX, https://HOST/PATH or a folder' },
    }),
  )
})
