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

/** For what is never answered; a real answer would need more than a slow machine. */
const SHORT_MS = 700
/** Three logins with their pauses, on a slow machine. */
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

// in the banner, in the offer of algorithms, in the key exchange, in what is encrypted
const CUTS = [
  ...[0, 5, 300, 1300, 1700].flatMap((at) => ['rst', 'fin'].map((how) => ({ way: 'down', at, how }))),
  ...[0, 5, 300, 1500].map((at) => ({ way: 'up', at, how: 'rst' })),
] as { way: 'up' | 'down'; at: number; how: 'rst' | 'fin' }[]

it.concurrent.each(CUTS)(
  'cut at byte $at $way by $how, a login is tried again and succeeds',
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
  'always cut at byte $at $way by $how, a login is given up after five tries',
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
  { what: 'black hole in the banner', faults: { down: { holeAt: 10 } } },
  { what: 'black hole in the key exchange', faults: { down: { holeAt: 1300 } } },
  { what: 'black hole where authentication is answered', faults: { down: { holeAt: 1750 } } },
  { what: 'black hole on the way up', faults: { up: { holeAt: 100 } } },
  { what: 'slow loris: a byte each 50 ms', faults: { down: { lorisMs: 50 } } },
  { what: 'slow loris on the way up', faults: { up: { lorisMs: 50 } } },
])('$what is UNREACHABLE within connectTimeoutMs, at the first try', ({ faults }) =>
  behind(
    () => faults,
    async (proxy, login) => {
      const error = await failure(login({ connectTimeoutMs: SHORT_MS }))
      expect(error).toMatchObject({ code: 'UNREACHABLE', exit: 'unreachable' })
      expect(error.message).toMatch(/: (connect: no answer within 0.7|login: no answer within 2.1) s$/)
      expect(proxy.connections()).toBe(1)
    },
  ),
)

/** Writes the same again and again for as long as somebody reads. */
const forever = (text: string) => (socket: Socket) => {
  const write = () => {
    while (socket.writable && socket.write(text)) {}
  }
  socket.on('drain', write)
  write()
}

it.each([
  { what: 'lines before the banner without end', text: `${'x'.repeat(60)}\r\n` },
  { what: 'a first line without end', text: 'SSH-2.0-'.repeat(10) },
  { what: 'binary junk', text: '\0\u0001\u0002\n\u007f\r' },
])('$what is an error within the deadlines, and leaves nothing open', async ({ text }) => {
  const server = await rawServer(forever(text.repeat(50)))
  try {
    const error = await failure(echo(server.target({ connectTimeoutMs: SHORT_MS })), TRIES_MS)
    expect(error.exit).toBe('unreachable')
    await until('the end of all connections', () => server.open() === 0, 5000)
  } finally {
    server.stop()
  }
})

it.concurrent('300 ms of delay each way are no fault', () =>
  behind(
    () => ({ up: { delayMs: 300 }, down: { delayMs: 300 } }),
    async (proxy, login) => {
      expect(await login()).toBe('in')
      expect(proxy.connections()).toBe(1)
    },
  ))

it.concurrent.each([{ which: 'no channels', settings: ['MaxSessions 0'] }])(
  'a host that opens $which is NO_SHELL at once',
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

// what decides whether it is tried again is the code
it.concurrent.each([50, 55, 60, 65, 70, 75, 80, 85].map((percent) => ({ percent })))(
  'a link that breaks between authentication and root shell, at $percent % of a login, is told as such',
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
        // what the host had looked at is not shown to it again
        if (code === 'LOGIN_CLOSED') expect(proxy.connections()).toBe(1)
      },
    )
  },
)
