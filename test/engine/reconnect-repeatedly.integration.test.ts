import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { type FaultProxy, faultProxy } from '../transport/helpers/fault-proxy.ts'
import { onceStep } from '../transport/helpers/once-step.ts'
import { type OneHost, type OneOutcome, oneHost } from '../transport/helpers/one-host.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS })

let sshd: RealSshd
let proxy: FaultProxy
let host: OneHost

beforeAll(async () => {
  sshd = await realSshd()
})
beforeEach(async () => {
  proxy = await faultProxy(sshd.port)
  host = oneHost()
})
afterEach(() => {
  vi.useRealTimers()
  proxy.stop()
  host.remove()
})
afterAll(() => sshd?.stop())

/** Runs the step whose job waits for a file `go`; `hear` gets the first line that each connection brings. */
function run(hear: (connection: number) => void, signal?: AbortSignal): Promise<OneOutcome> {
  let heard = proxy.connections()
  const listen = (event: EngineEvent) => {
    if (event.event !== 'line' || proxy.connections() === heard) return
    heard = proxy.connections()
    hear(heard)
  }
  const target = sshd.target({ port: proxy.port, hostKeyChecking: 'no' })
  return settled(host.run(onceStep(host, true), { target, hear: listen, ...(signal && { signal }) }), RUN_MS)
}

const go = () => writeFileSync(join(host.place, 'go'), '')

function proveOnce({ report, errors }: OneOutcome): void {
  expect(errors).toEqual([])
  expect(report.ok).toBe(true)
  expect(readFileSync(join(host.place, 'begun'), 'utf8')).toBe('begun\n')
}

it('a link that breaks again and again while a job is followed is made anew each time', async () => {
  proveOnce(await run((connection) => (connection <= 5 ? proxy.cut() : go())))
  expect(proxy.connections()).toBe(6)
})

it('a link that breaks once more, minutes after it was made anew, is made anew again', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const outcome = await run((connection) => {
    if (connection === 3) return go()
    if (connection === 2) vi.setSystemTime(Date.now() + 10 * 60_000)
    proxy.cut()
  })
  proveOnce(outcome)
})

it('a link that breaks while the job of an earlier run is awaited is made anew', async () => {
  const stop = new AbortController()
  await run(() => {
    stop.abort()
    proxy.cut()
  }, stop.signal)
  proveOnce(await run((connection) => (connection === 2 ? proxy.cut() : go())))
})
