import { afterEach, expect, it, vi } from 'vitest'
import { HostRun } from '../../src/engine/host-run.ts'
import type { RunOptions } from '../../src/engine/run-options.ts'
import { ConvecthubError } from '../../src/errors.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

// pauses end at once, but the clock of Date moves on
vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: (async (ms: number) => void vi.setSystemTime(Date.now() + ms)) as never,
}))
afterEach(() => vi.useRealTimers())

it.each([
  { code: 'LOST' as const, what: 'drops the connection after every login' },
  { code: 'UNREACHABLE' as const, what: 'does not come back' },
  { code: 'LOGIN_CLOSED' as const, what: 'closes every login, as a host that shuts down does' },
])('gives up on a host that $what: $code', async ({ code }) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const began = Date.now()
  let logins = 0
  const fail = async () => {
    throw new ConvecthubError(code, 'it went away', { host: 'w1' })
  }
  const connection = { host: 'w1', run: fail, close() {} } as unknown as Connection
  const options = {
    connect: async () => {
      logins += 1
      return code === 'LOST' ? connection : fail()
    },
    emit: () => {},
    signal: new AbortController().signal,
  } as unknown as RunOptions
  const host = new HostRun(hostOf(testDesired(), 'w1'), [], options)
  host.connection = connection
  const work = host.withLink('a', async () => {
    throw new ConvecthubError('LOST', 'it went away')
  })
  await expect(work).rejects.toMatchObject({ code })
  expect(logins).toBeGreaterThan(10)
  expect(Date.now() - began).toBeLessThan(15 * 60_000)
})
