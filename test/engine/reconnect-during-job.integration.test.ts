import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { type FaultProxy, faultProxy } from '../transport/helpers/fault-proxy.ts'
import { onceStep, TICKS } from '../transport/helpers/once-step.ts'
import { type OneHost, type OneOutcome, oneHost } from '../transport/helpers/one-host.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS, maxConcurrency: 8 })

let sshd: RealSshd
beforeAll(async () => {
  sshd = await realSshd()
})
afterAll(() => sshd?.stop())

interface Bench {
  proxy: FaultProxy
  host: OneHost
  run(onEvent?: (event: EngineEvent) => void, waits?: boolean): Promise<OneOutcome>
  /** The path of a file of the job, by its extension. */
  jobFile(extension: string): string
}

/** Runs a step with a job on a new host, and checks that the job ran exactly once. */
async function proveOnce(
  work: (bench: Bench) => Promise<OneOutcome>,
): Promise<OneOutcome & { proxy: FaultProxy }> {
  const proxy = await faultProxy(sshd.port)
  const host = oneHost()
  const target = sshd.target({ port: proxy.port, hostKeyChecking: 'no' })
  const run: Bench['run'] = (onEvent, waits) =>
    settled(host.run(onceStep(host, waits), { target, ...(onEvent && { onEvent }) }), RUN_MS)
  try {
    const outcome = await work({
      proxy,
      host,
      run,
      jobFile: (extension) => join(host.folder, 'run', `once.${extension}`),
    })
    expect(outcome.errors).toEqual([])
    expect(outcome.report.ok).toBe(true)
    expect(readFileSync(join(host.place, 'begun'), 'utf8')).toBe('begun\n')
    expect(readFileSync(join(host.place, 'done'), 'utf8')).toBe('done\n')
    return { ...outcome, proxy }
  } finally {
    proxy.stop()
    host.remove()
  }
}

// every second job is still running after the reconnect, however long that takes; the others may have ended
it.concurrent.each(
  Array.from({ length: TICKS }, (_, i) => ({
    tick: i,
    how: i % 4 < 2 ? ('rst' as const) : ('fin' as const),
    waits: i % 2 === 0,
  })),
)(
  'a job runs exactly once when the connection is cut by $how at its tick $tick',
  async ({ tick, how, waits }) => {
    const outcome = await proveOnce(({ proxy, host, run }) => {
      let cuts = 0
      return run((event) => {
        if (event.event !== 'line') return
        if (proxy.connections() > 1) writeFileSync(join(host.place, 'go'), '')
        else if (event.line === `tick ${tick}` && cuts++ === 0) proxy.cut(how)
      }, waits)
    })
    expect(outcome.breaks).toBe(1)
    expect(outcome.proxy.connections()).toBe(2)
  },
)

// the moments at which a step of the job's life has just happened, by the file that appears then
it.concurrent.each(['sh', 'log', 'pid', 'begun', 'done', 'code'])(
  'a job runs exactly once when the connection is cut as its file %s appears',
  async (what) => {
    await proveOnce(async ({ proxy, run, jobFile, host }) => {
      const file = what === 'begun' || what === 'done' ? join(host.place, what) : jobFile(what)
      let over = false
      const running = run().finally(() => {
        over = true
      })
      while (!existsSync(file) && !over) await turn()
      proxy.cut()
      return running
    })
  },
)

// while the script that writes and starts the job is being sent
it.concurrent.each([0, 200, 2000, 6000, 9000])(
  'a job runs exactly once when the connection is cut %d bytes into its step',
  async (bytes) => {
    await proveOnce(async ({ proxy, run }) => {
      let from = 0
      let over = false
      const running = run(({ event }) => {
        if (event === 'step-start') from = proxy.bytes('up')
      }).finally(() => {
        over = true
      })
      while (!over && (from === 0 || proxy.bytes('up') - from < bytes)) await turn()
      proxy.cut()
      return running
    })
  },
)

it('the next run waits for the job of a dead client instead of running it again', async () => {
  await proveOnce(async ({ proxy, host, run }) => {
    const stop = new AbortController()
    const target = sshd.target({ port: proxy.port, hostKeyChecking: 'no' })
    const first = await settled(
      host.run(onceStep(host), {
        target,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.event !== 'line' || event.line !== 'tick 3') return
          stop.abort()
          proxy.cut()
        },
      }),
    )
    expect(first.report).toMatchObject({ ok: false, interrupted: true })
    return run()
  })
})
