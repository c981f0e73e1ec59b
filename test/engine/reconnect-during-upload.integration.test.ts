import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { SharedFile } from '../../src/artifacts/shared-file.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import type { Step } from '../../src/engine/step.ts'
import { file } from '../../src/facts/file.ts'
import { artifact } from '../helpers/test-cluster.ts'
import { type FaultProxy, faultProxy } from '../transport/helpers/fault-proxy.ts'
import { type OneHost, type OneOutcome, oneHost } from '../transport/helpers/one-host.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { settled, until } from '../transport/helpers/wait.ts'

const SIZE = 24 * 1024 * 1024
const DATA = randomBytes(SIZE)
const SHA256 = createHash('sha256').update(DATA).digest('hex')
/** Not 644, which the umask would give anyway. */
const MODE = '640'

/** The most that a cut may lose, bytes: sshd's window of 2 MiB, pipes, and the frames around the data. */
const LOST = 3 * 1024 * 1024
/** What all logins, probes and frames may cost together, bytes. */
const TALK = 256 * 1024

/** How far progress may be ahead of the wire, bytes: two windows, one of them in ssh2's own buffer. */
const BUFFERED = 5 * 1024 * 1024

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS, maxConcurrency: 3 })

let sshd: RealSshd

beforeAll(async () => {
  sshd = await realSshd()
  writeFileSync(join(sshd.folder, 'source'), DATA)
})
afterAll(() => sshd?.stop())

/** A new host behind its own proxy. */
interface Bench {
  proxy: FaultProxy
  host: OneHost
  path: string
  run(signal?: AbortSignal, onEvent?: (event: EngineEvent) => void): Promise<OneOutcome>
}

async function onBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  const proxy = await faultProxy(sshd.port)
  const host = oneHost()
  const path = join(host.place, 'big.bin')
  const target = sshd.target({ port: proxy.port, hostKeyChecking: 'no' })
  const run: Bench['run'] = (signal, onEvent) => {
    const source = new SharedFile(join(sshd.folder, 'source'))
    const options = { target, source, ...(signal && { signal }), ...(onEvent && { onEvent }) }
    return settled(host.run(send(path), options), RUN_MS)
  }
  try {
    await work({ proxy, host, path, run })
  } finally {
    proxy.stop()
    host.remove()
  }
}

/** A step that uploads the file and sets its mode. */
const send = (path: string): Step => ({
  id: 'send',
  title: 'Send the file',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [file(path)],
  plan: ({ facts }) => {
    const state = facts.get(file(path))
    if (state?.digest === SHA256 && state.mode === MODE) return []
    const big = artifact('big.bin', { size: SIZE, sha256: SHA256 })
    return [{ kind: 'upload', sign: '+', title: 'big.bin', artifact: big, path, mode: MODE }]
  },
})

function proveWhole({ host, path }: Bench): void {
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(SHA256)
  expect((statSync(path).mode & 0o7777).toString(8)).toBe(MODE)
  expect(readdirSync(host.place)).toEqual(['big.bin'])
  const [digest, ...more] = readFileSync(join(host.folder, 'state', 'digests'), 'utf8')
    .trim()
    .split('\n')
  expect(digest).toMatch(new RegExp(`^${SHA256} ${SIZE} .* ${path}$`))
  expect(more).toEqual([])
}

/** The seed of the random cuts. CVH_SEED=N repeats a failed run. */
const seed = Number(process.env.CVH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const CUTS = (() => {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  // one cut in each twentieth of the file, so that every part is covered
  return Array.from({ length: 20 }, (_, i) => ({
    at: Math.floor(((i + random()) / 20) * SIZE),
    how: random() < 0.5 ? ('rst' as const) : ('fin' as const),
  }))
})()

it.concurrent.each(CUTS)(
  `resumes after a cut by $how at byte $at (seed ${seed}; CVH_SEED=N repeats it)`,
  (cut) =>
    onBench(async (bench) => {
      const { at, how } = cut
      const { proxy, run } = bench
      proxy.plan((count) => (count === 1 ? { up: { cutAt: at, how } } : {}))
      const { report, errors, breaks } = await run()
      expect(errors).toEqual([])
      // a cut in the first few kilobytes hits the login, which is simply retried
      expect({ ok: report.ok, breaks }).toEqual({ ok: true, breaks: at < 20_000 ? expect.any(Number) : 1 })
      proveWhole(bench)
      expect(proxy.connections()).toBe(2)
      expect(proxy.bytes('up')).toBeLessThan(SIZE + LOST + TALK)
      if (at > SIZE / 2) expect(proxy.bytes('up')).toBeLessThan(1.3 * SIZE)
      await until('the end of all connections', () => proxy.open() === 0)
    }),
)

it.concurrent('does not report bytes as sent that are still buffered', () =>
  onBench(async (bench) => {
    const { proxy, run } = bench
    proxy.plan((count) => (count === 1 ? { up: { cutAt: 0.36 * SIZE } } : {}))
    const ahead: number[] = []
    const { report } = await run(undefined, (event) => {
      if (event.event === 'progress' && proxy.connections() === 1) ahead.push(event.sent - proxy.bytes('up'))
    })
    expect(report.ok).toBe(true)
    expect(Math.max(...ahead)).toBeLessThan(BUFFERED)
  }))

it.concurrent('loses only the bytes in flight on each of many cuts', () =>
  onBench(async (bench) => {
    const { proxy, run } = bench
    const cuts = 6
    proxy.plan((count) => (count <= cuts ? { up: { cutAt: 3.7 * 1024 * 1024 } } : {}))
    const { report, errors, breaks } = await run()
    expect(errors).toEqual([])
    expect({ ok: report.ok, breaks }).toEqual({ ok: true, breaks: cuts })
    proveWhole(bench)
    expect(proxy.bytes('up')).toBeLessThan(SIZE + cuts * LOST + TALK)
  }))

it.concurrent('does not send the file again after a cut right behind the rename', () =>
  onBench(async (bench) => {
    const { proxy, host, path, run } = bench
    const sending = run()
    await Promise.race([sending, until('the file', () => existsSync(path), RUN_MS)])
    proxy.cut()
    const { report, errors } = await sending
    expect(errors).toEqual([])
    expect(report.ok).toBe(true)
    expect(proxy.bytes('up')).toBeLessThan(SIZE + TALK)
    expect(readdirSync(host.place)).toEqual(['big.bin'])
  }))

it.concurrent.each(['asked to stop', 'gone without a word'])(
  'a second run resumes the upload of a client that was %s',
  (what) =>
    onBench(async (bench) => {
      const { proxy, host, run } = bench
      const stop = new AbortController()
      let stopped = false
      const first = await run(stop.signal, (event) => {
        if (event.event !== 'progress' || event.sent < SIZE / 2 || stopped) return
        stopped = true
        stop.abort()
        if (what !== 'asked to stop') proxy.cut()
      })
      expect(first.report).toMatchObject({ ok: false, interrupted: true })
      const gone = proxy.bytes('up')
      const least = gone - LOST - TALK
      const part = join(host.place, '.big.bin.part')
      await until('the bytes in flight', () => statSync(part).size > least)
      expect(readdirSync(host.place)).toEqual(['.big.bin.part'])

      const second = await run()
      expect(second.errors).toEqual([])
      expect(second.report.ok).toBe(true)
      proveWhole(bench)
      const sent = second.events.flatMap((event) => (event.event === 'progress' ? [event.sent] : []))
      expect(sent[0]).toBeGreaterThan(least)
      expect(sent).toEqual(sent.toSorted((a, b) => a - b))
      expect(sent.at(-1)).toBe(SIZE)
      expect(proxy.bytes('up') - gone).toBeLessThan(SIZE - least)
    }),
)
