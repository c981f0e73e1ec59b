import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { failure, settled, until } from './helpers/wait.ts'

let sshd: RealSshd
const open: Connection[] = []
/** For what leaves the connection whole. */
let shared: Connection

async function fresh(): Promise<Connection> {
  const host = await connect(sshd.target())
  open.push(host)
  return host
}

beforeAll(async () => {
  sshd = await realSshd()
  shared = await fresh()
})
afterAll(() => {
  for (const host of open) host.close()
  sshd?.stop()
})

const options = { name: 'send a file', timeoutMs: 10_000 }
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

async function* pieces(data: Uint8Array, size: number) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

it('5 MiB of random data arrive intact, behind what was there, and jobs run on afterwards', async () => {
  const host = shared
  const data = randomBytes(5 * 1024 * 1024 + 7)
  const path = sshd.write('big', 'before')
  await host.append(path, pieces(data, 60_001), data.length, options)
  expect(sha256(readFileSync(path))).toBe(sha256(Buffer.concat([Buffer.from('before'), data])))
  expect((await host.run(sh`stat -c %s ${path}`, options)).output).toBe(String(data.length + 6))
  expect(host.execs).toBe(1)
})

it.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1])('%d bytes arrive intact', async (size) => {
  const host = shared
  const data = randomBytes(size)
  const path = `${sshd.folder}/size-${size}`
  await host.append(path, pieces(data, 64_000), size, options)
  await host.append(path, pieces(data, 64_000), size, options)
  const { output } = await host.run(sh`touch ${path}; cat ${path} | sha256sum`, options)
  expect(output).toContain(sha256(Buffer.concat([data, data])))
})

it.each(['with space', "it's", 'a  b', 'ümläut 🦀', '$(id)', 'back\\slash', '-n'])(
  'the path may hold anything: %j',
  async (name) => {
    const host = shared
    const path = `${sshd.folder}/${name}`
    await host.append(path, pieces(Buffer.from('data'), 4), 4, options)
    expect(readFileSync(path, 'utf8')).toBe('data')
  },
)

it.each([
  { what: 'a folder', path: '/etc' },
  { what: 'a missing folder', path: '/no/such/folder/file' },
  { what: 'a read-only file system', path: '/proc/version' },
  { what: 'a full disk', path: '/dev/full' },
])('what cannot be written is named: $what', async ({ path }) => {
  for (const size of [10, 3 * 1024 * 1024]) {
    const host = await fresh()
    const error = await failure(host.append(path, pieces(Buffer.alloc(size), 50_000), size, options))
    expect(error).toMatchObject({ code: 'WRITE_FAILED', exit: 'failed' })
    expect(error.message).toContain(path)
    expect(error.details.hint).toBeTruthy()
  }
})

it('data longer than announced is an error, and the rest of it is never taken for orders', async () => {
  const host = await fresh()
  const [path, canary] = [`${sshd.folder}/longer`, `${sshd.folder}/canary`]
  async function* longer() {
    yield Buffer.from(`dataput 99 1 ${canary}\nx`)
    await until('the file', () => existsSync(path))
  }
  const outcome = await settled(host.append(path, longer(), 4, options)).catch((error) => error.code)
  // a job behind it shows that the host has read all
  await settled(host.run(sh`:`, options)).catch(() => {})
  expect(existsSync(canary), 'the order was carried out').toBe(false)
  expect(outcome).toMatch(/^[A-Z_]+$/)
})

it('data shorter than announced is an error, not a wait', async () => {
  const host = await fresh()
  const error = await failure(
    host.append(`${sshd.folder}/shorter`, pieces(Buffer.alloc(50), 50), 100, options),
  )
  expect(error.message).toContain('50 of 100 bytes')
})

it('a source that breaks is an error with its words', async () => {
  const host = await fresh()
  async function* broken() {
    yield Buffer.alloc(50)
    throw new Error('disk on fire')
  }
  const error = await failure(host.append(`${sshd.folder}/broken`, broken(), 100, options))
  expect(error.message).toContain('disk on fire')
})

it('an abort stops the sending', async () => {
  const host = await fresh()
  const stop = new AbortController()
  const path = `${sshd.folder}/aborted`
  async function* endless() {
    for (;;) {
      yield Buffer.alloc(50_000)
      await until('the file', () => existsSync(path))
      stop.abort()
    }
  }
  await failure(host.append(path, endless(), 1e12, { ...options, signal: stop.signal }))
})
