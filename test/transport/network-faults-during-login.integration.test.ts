import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Target } from '../../src/transport/target.ts'
import { type FaultProxy, type Faults, faultProxy } from './helpers/fault-proxy.ts'
import { rawServer } from './helpers/misbehaving-server.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { failure, until } from './helpers/wait.ts'

vi.setConfig({ maxConcurrency: 6 })

/** Deadline for tests that never get an answer. */
const SHORT_MS = 700
/** Enough for five logins and the pauses between them on a slow machine. */
const TRIES_MS = 20_000

let sshd: RealSshd
beforeAll(async () => {
  sshd = await realSshd()
})
afterAll(() => sshd?.stop())

async function echo(target: Target): Promise<string> {
  const host = await connect(target)
  try {
    return (await host.run(sh`echo in`, { name: 'test', timeoutMs: 15_000 })).output
  } finally {
    host.close()
  }
}

async function behind<T>(
  faults: (count: number) => Faults,
  work: (proxy: FaultProxy, login: (over?: Partial<Target>) => Promise<string>) => Promise<T>,
): Promise<void> {
  const proxy = await faultProxy(sshd.port)
  try {
    proxy.plan(faults)
    await work(proxy, (over) => echo(sshd.target({ port: proxy.port, hostKeyChecking: 'no', ...over })))
    await until('the end of all connections', () => proxy.open() === 0, 5000)
  } finally {
    proxy.stop()
  }
}

// in the version, in the offer of algorithms, in the key exchange, in encrypted packets
const CUTS = [
  ...[0, 5, 300, 1300, 1700].flatMap((at) => ['rst', 'fin'].map((how) => ({ way: 'down', at, how }))),
  ...[0, 5, 300, 1500].map((at) => ({ way: 'up', at, how: 'rst' })),
] as { way: 'up' | 'down'; at: number; how: 'rst' | 'fin' }[]

it.concurrent.each(CUTS)(
  'tries again and logs in when the connection is cut at byte $at $way by $how',
  ({ way, at, how }) =>
    behind(
      (count) => (count === 1 ? { [way]: { cutAt: at, how } } : {}),
      async (proxy, login) => {
        expect(await login()).toBe('in')
        expect(proxy.connections()).toBe(2)
      },
    ),
)

it.concurrent.each(CUTS.filter((_, i) => i % 3 === 0))(
  'gives up after five tries when always cut at byte $at $way by $how',
  ({ way, at, how }) =>
    behind(
      () => ({ [way]: { cutAt: at, how } }),
      async (proxy, login) => {
        const error = await failure(login(), TRIES_MS)
        expect(error).toMatchObject({ code: 'LOGIN_DROPPED', exit: 'unreachable' })
        expect(error.message).toContain(`127.0.0.1:${proxy.port}`)
        expect(error.details.hint).toBeTruthy()
        expect(proxy.connections()).toBe(5)
      },
    ),
)

it.concurrent.each<{ what: string; faults: Faults }>([
  { what: 'silence in the version', faults: { down: { holeAt: 10 } } },
  { what: 'silence in the key exchange', faults: { down: { holeAt: 1300 } } },
  { what: 'silence in the answer to authentication', faults: { down: { holeAt: 1750 } } },
  { what: 'silence in direction up', faults: { up: { holeAt: 100 } } },
  { what: 'a byte every 50 ms', faults: { down: { lorisMs: 50 } } },
  { what: 'a byte every 50 ms in direction up', faults: { up: { lorisMs: 50 } } },
])('reports $what as LOGIN_TIMEOUT at the first try, within the deadlines', ({ faults }) =>
  behind(
    () => faults,
    async (proxy, login) => {
      const error = await failure(login({ connectTimeoutMs: SHORT_MS }))
      expect(error).toMatchObject({ code: 'LOGIN_TIMEOUT', exit: 'unreachable' })
      expect(error.message).toMatch(/( is silent: no answer within 0\.7|: no answer within 2\.1) s$/)
      expect(proxy.connections()).toBe(1)
    },
  ),
)

/** Writes the same text for as long as the client reads. */
const forever = (text: string) => (socket: Socket) => {
  const write = () => {
    while (socket.writable && socket.write(text)) {}
  }
  socket.on('drain', write)
  write()
}

it.each([
  { what: 'endless lines before the version', text: `${'x'.repeat(60)}\r\n` },
  { what: 'an endless first line', text: 'SSH-2.0-'.repeat(10) },
  { what: 'binary junk', text: '\0\u0001\u0002\n\u007f\r' },
])('fails on $what within the deadlines, and leaves no connection open', async ({ text }) => {
  const server = await rawServer(forever(text.repeat(50)))
  try {
    const error = await failure(echo(server.target({ connectTimeoutMs: SHORT_MS })), TRIES_MS)
    expect(error.exit).toBe('unreachable')
    await until('the end of all connections', () => server.open() === 0, 5000)
  } finally {
    server.stop()
  }
})

it.concurrent('logs in over a link with 300 ms of delay each way', () =>
  behind(
    () => ({ up: { delayMs: 300 }, down: { delayMs: 300 } }),
    async (proxy, login) => {
      expect(await login()).toBe('in')
      expect(proxy.connections()).toBe(1)
    },
  ))

it.concurrent.each([{ which: 'no channels', settings: ['MaxSessions 0'] }])(
  'reports a host that opens $which as NO_SHELL at once',
  async ({ settings }) => {
    const strict = await realSshd(settings)
    try {
      const error = await failure(echo(strict.target()))
      expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
      expect(error.message).toContain('refused')
    } finally {
      strict.stop()
    }
  },
)

// only the code LOGIN_DROPPED is tried again
it.concurrent.each([50, 55, 60, 65, 70, 75, 80, 85].map((percent) => ({ percent })))(
  'tries again or reports a link that breaks at $percent % of the bytes of a login',
  async ({ percent }) => {
    let whole = 0
    await behind(
      () => ({}),
      async (proxy, login) => {
        await login()
        whole = proxy.bytes('down')
      },
    )
    await behind(
      (count) => (count === 1 ? { down: { cutAt: Math.floor((whole * percent) / 100) } } : {}),
      async (proxy, login) => {
        const code = await login().then(
          () => 'tried again',
          (error) => error.code,
        )
        expect(['tried again', 'LOST', 'LOGIN_DROPPED', 'LOGIN_CLOSED']).toContain(code)
        // a login that the host had judged is not tried again
        if (code === 'LOGIN_CLOSED') expect(proxy.connections()).toBe(1)
      },
    )
  },
)
