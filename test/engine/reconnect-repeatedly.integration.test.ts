import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { it as base } from '../transport/helpers/fixtures.ts'
import { onceStep } from '../transport/helpers/once-step.ts'
import type { OneHost, OneOutcome } from '../transport/helpers/one-host.ts'
import { settled } from '../transport/helpers/wait.ts'

/** How long one run may take, ms. */
const RUN_MS = 60_000
vi.setConfig({ testTimeout: 2 * RUN_MS })

const it = base
  .extend('run', ({ sshd, proxy, machine }) => {
    const target = sshd.target({ port: proxy.port, hostKeyChecking: 'no' })
    /** Runs a step whose job waits for a file `go`. Calls `onEvent` on the first output line of each connection. */
    return (onEvent: (connection: number) => void, signal?: AbortSignal): Promise<OneOutcome> => {
      let seen = proxy.connections()
      const onFirstLine = (event: EngineEvent) => {
        if (event.event !== 'line' || proxy.connections() === seen) return
        seen = proxy.connections()
        onEvent(seen)
      }
      const options = { target, onEvent: onFirstLine, ...(signal && { signal }) }
      return settled(machine.run(onceStep(machine, true), options), RUN_MS)
    }
  })
  .extend('go', ({ machine }) => {
    return () => writeFileSync(join(machine.place, 'go'), '')
  })

function proveOnce({ report, errors }: OneOutcome, { place }: OneHost): void {
  expect(errors).toEqual([])
  expect(report.ok).toBe(true)
  expect(readFileSync(join(place, 'begun'), 'utf8')).toBe('begun\n')
}

it('reconnects each time when the connection breaks repeatedly during a job', async ({
  proxy,
  machine,
  run,
  go,
}) => {
  proveOnce(await run((connection) => (connection <= 5 ? proxy.cut() : go())), machine)
  expect(proxy.connections()).toBe(6)
})

it('reconnects again when the connection breaks minutes after a reconnect', async ({
  proxy,
  machine,
  run,
  go,
  onTestFinished,
}) => {
  onTestFinished(() => void vi.useRealTimers())
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const outcome = await run((connection) => {
    if (connection === 3) return go()
    if (connection === 2) vi.setSystemTime(Date.now() + 10 * 60_000)
    proxy.cut()
  })
  proveOnce(outcome, machine)
})

it('reconnects when the connection breaks during the wait for a job of an earlier run', async ({
  proxy,
  machine,
  run,
  go,
}) => {
  const stop = new AbortController()
  await run(() => {
    stop.abort()
    proxy.cut()
  }, stop.signal)
  proveOnce(await run((connection) => (connection === 2 ? proxy.cut() : go())), machine)
})
