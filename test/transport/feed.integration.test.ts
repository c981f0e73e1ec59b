import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { sh } from '../../src/sh.ts'
import type { Block } from '../../src/transport/connection.ts'
import { blocksOf, endlessBlocks } from './helpers/blocks.ts'
import { it } from './helpers/fixtures.ts'
import { failure, settled, until } from './helpers/wait.ts'

async function* blockOf(size: number, data: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  yield { size, data }
}

const options = { name: 'send a file', timeoutMs: 10_000 }
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

it.for([
  { what: 'plain', packed: false },
  { what: 'half of it compressed', packed: true },
])(
  'sends 5 MiB of random data intact, $what, and can run jobs afterwards',
  async ({ packed }, { sshd, host }) => {
    const data = randomBytes(5 * 1024 * 1024 + 7)
    const path = sshd.write('big', '')
    const result = await host.feed(sh`cat >${path}; echo done`, blocksOf(data, 1_000_001, packed), options)
    expect(result).toMatchObject({ code: 0, output: 'done' })
    expect(sha256(readFileSync(path))).toBe(sha256(data))
    expect((await host.run(sh`stat -c %s ${path}`, options)).output).toBe(String(data.length))
    expect(host.execs).toBe(1)
  },
)

it.for([0, 1, 65_535, 65_536, 65_537])('sends blocks of %d bytes intact', async (size, { host }) => {
  const data = randomBytes(size * 3)
  const { output } = await host.feed(sh`sha256sum`, blocksOf(data, size || 1), options)
  expect(output).toContain(sha256(data))
})

it('writes big blocks into a file intact', async ({ sshd, host }) => {
  const data = randomBytes(10_000_019)
  const into = { file: `${sshd.folder}/big-blocks`, have: 0 }
  const result = await host.feed(sh`cat`, blocksOf(data, 5_000_000), { ...options, into })
  expect(result.output).toBe('5000000\n5000000\n19')
  expect(sha256(readFileSync(into.file))).toBe(sha256(data))
})

it.for(['with space', "it's", 'ümläut 🦀', '$(id)', 'back\\slash', '-n'])(
  'appends blocks to the part of a file that is kept: %j',
  async (name, { sshd, host }) => {
    const data = randomBytes(3_000_000)
    const file = `${sshd.folder}/${name}`
    const sizes = '1000000\n1000000\n1000000'
    const send = async (have: number, packed: boolean) =>
      (await host.feed(sh`cat`, blocksOf(data, 1_000_000, packed), { ...options, into: { file, have } }))
        .output
    expect(await send(0, false)).toBe(sizes)
    expect(sha256(readFileSync(file))).toBe(sha256(data))
    expect(await send(data.length, true)).toBe(sizes)
    expect(sha256(readFileSync(file))).toBe(sha256(Buffer.concat([data, data])))
    expect(await send(0, true)).toBe(sizes)
    expect(sha256(readFileSync(file))).toBe(sha256(data))
  },
)

it('ends the job and the session when the file cannot be written', async ({ fresh }) => {
  const host = await fresh()
  const into = { file: '/dev/full', have: 0 }
  const first = await settled(
    host.feed(sh`wc -l; exit 9`, endlessBlocks(), { ...options, into }).catch(({ code }) => code),
  )
  expect(['LOST', 9]).toContain(typeof first === 'object' ? first.code : first)
  expect((await failure(host.run(sh`:`, options))).code).toBe('LOST')
})

it('returns output and exit code, and never takes data for an order', async ({ host }) => {
  const { code, output } = await host.feed(
    sh`cat; exit 7`,
    blocksOf(Buffer.from('run 99 5\nfeed\n0\n'), 4),
    options,
  )
  expect({ code, output }).toEqual({ code: 7, output: 'run 99 5\nfeed\n0' })
})

it('stops sending when the script ends early, and the session goes on', async ({ host }) => {
  const result = await host.feed(sh`head -c 10 >/dev/null; exit 3`, endlessBlocks(), options)
  expect(result.code).toBe(3)
  expect((await host.run(sh`echo on`, options)).output).toBe('on')
})

it('lets a host be silent while it works on input that has all arrived', async ({ fresh }) => {
  const host = await fresh()
  const slow = sh`cat >/dev/null; sleep 1.5; echo done`
  const { output } = await host.feed(slow, blocksOf(randomBytes(1000), 100), { ...options, idleMs: 500 })
  expect(output).toBe('done')
})

it('stops the idle deadline when the script ends early', async ({ fresh }) => {
  const host = await fresh()
  await host.feed(sh`head -c 10 >/dev/null`, endlessBlocks(), { ...options, idleMs: 500 })
  expect((await host.run(sh`sleep 1; echo on`, options)).output).toBe('on')
})

it('counts progress within a long block as a sign of life', async ({ fresh }) => {
  const host = await fresh()
  const data = (async function* () {
    for (let i = 0; i < 8; i++) {
      // simulates a slow link
      await sleep(250)
      yield Buffer.from('x')
    }
  })()
  const result = await host.feed(sh`wc -c`, blockOf(8, data), { ...options, idleMs: 1000 })
  expect(result.output).toBe('8')
})

it.for(['longer', 'shorter'])(
  'fails on a block %s than announced, and never takes it for an order',
  async (what, { sshd, fresh }) => {
    const host = await fresh()
    const canary = `${sshd.folder}/canary-${what}`
    const order = `touch ${canary}\n`
    async function* wrong() {
      const text = `1234run 99 ${order.length}\n${order}`
      yield {
        size: what === 'longer' ? 4 : 1000,
        packed: false,
        data: [Buffer.from('12'), Buffer.from(text)],
      }
    }
    const error = await failure(host.feed(sh`cat >/dev/null`, wrong(), options))
    expect(error).toMatchObject({ code: 'SOURCE', exit: 'failed' })
    expect((await failure(host.run(sh`:`, options))).code).toBe('SOURCE')
    expect(existsSync(canary), 'the order was carried out').toBe(false)
  },
)

it('reports why the source failed', async ({ fresh }) => {
  const host = await fresh()
  async function* broken() {
    yield { size: 2, data: [Buffer.from('12')] }
    throw new Error('disk on fire')
  }
  const error = await failure(host.feed(sh`cat >/dev/null`, broken(), options))
  expect(error).toMatchObject({ code: 'SOURCE' })
  expect(error.message).toContain('disk on fire')
})

it('an abort ends the input between two blocks, and the session goes on', async ({ sshd, host }) => {
  const stop = new AbortController()
  const path = `${sshd.folder}/aborted`
  async function* endless() {
    for await (const block of endlessBlocks()) {
      yield block
      await until('the file', () => existsSync(path))
      stop.abort()
    }
  }
  const result = await settled(
    host.feed(sh`cat >${path}; echo cut`, endless(), { ...options, signal: stop.signal }),
  )
  expect(result.output).toBe('cut')
  expect((await host.run(sh`echo on`, options)).output).toBe('on')
})

it('reports input that the host does not read within the idle deadline', async ({ fresh }) => {
  const host = await fresh()
  const error = await failure(host.feed(sh`sleep 300`, endlessBlocks(), { ...options, idleMs: 1000 }), 8000)
  expect(error).toMatchObject({ code: 'TIMEOUT' })
  expect(error.message).toContain('send a file: no sign of life')
})
