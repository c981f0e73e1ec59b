import { afterEach, expect, it, vi } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { HostRun } from '../../src/engine/host-run.ts'
import type { RunOptions } from '../../src/engine/run-options.ts'
import type { ErrorCode } from '../../src/error-codes.ts'
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
  { code: 'SUDO_LOST' as const, what: 'drops the connection whenever sudo has the password' },
])('gives up on a host that $what: $code', async ({ code }) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const began = Date.now()
  const { host, logins } = hostThat(() => code)
  await expect(breakLink(host)).rejects.toMatchObject({ code })
  expect(logins()).toBeGreaterThan(10)
  expect(Date.now() - began).toBeLessThan(15 * 60_000)
})

it.each(['SUDO_TIMEOUT', 'PASSWORD_TIMEOUT'] as const)(
  'does not send a password again that a host had no answer to: %s',
  async (code) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { host, logins } = hostThat((login) => (login < 3 ? 'LOST' : code))
    await expect(breakLink(host)).rejects.toMatchObject({ code })
    expect(logins()).toBe(3)
  },
)

it('does not send a password again to a host that broke off before and has taken none', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { host, logins } = hostThat((login) => (login < 3 ? 'LOST' : 'SUDO_LOST'))
  await host.connect({ last: false })
  expect(host.gone).toMatchObject({ code: 'SUDO_LOST' })
  expect(logins()).toBe(3)
})

it('tells that the connection broke before the first step', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const events: string[] = []
  const { host } = hostThat((login) => (login < 3 ? 'LOST' : 'AUTH'), events)
  await host.connect({ last: false })
  expect(events).toEqual(['connecting', 'link-lost', 'link-lost', 'host-failed'])
})

/** A host whose n-th login, or the probe after it, fails with this code. */
function hostThat(codeOf: (login: number) => ErrorCode, events: string[] = []) {
  let logins = 0
  const fail = (code: ErrorCode) => {
    throw new ConvecthubError(code, 'it went away', { host: 'w1' })
  }
  const options = {
    connect: async () => {
      const code = codeOf(++logins)
      const late = code === 'LOST' || code.startsWith('SUDO')
      return late ? { host: 'w1', run: async () => fail(code), close() {} } : fail(code)
    },
    emit: ({ event }: EngineEvent) => events.push(event),
    signal: new AbortController().signal,
  } as unknown as RunOptions
  return { host: new HostRun(hostOf(testDesired(), 'w1'), [], options), logins: () => logins }
}

/** Breaks the connection of a host that has answered. */
function breakLink(host: HostRun): Promise<never> {
  host.connection = { host: 'w1', close() {} } as unknown as Connection
  return host.withLink('a', async () => {
    throw new ConvecthubError('LOST', 'it went away')
  })
}
