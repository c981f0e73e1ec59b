import ssh2 from 'ssh2'
import { afterEach, expect, it, vi } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { exec, forward } from '../../src/transport/open-channel.ts'
import { blocksOf } from '../transport/helpers/blocks.ts'
import {
  askWithoutEnd,
  type BadServer,
  runReally,
  sshServer,
  wantPackets,
} from '../transport/helpers/misbehaving-server.ts'
import { failure, settled, until } from '../transport/helpers/wait.ts'

/** What a host that somebody has taken over may do to the machine that logs in to it: nothing that hurts another host. */

let server: BadServer | undefined
afterEach(() => {
  vi.useRealTimers()
  server?.stop()
  server = undefined
})

/** More than a channel's window, bytes. */
const LARGE = 30_000_000

const options = { name: 'test', timeoutMs: 600_000 }

it.each([0, 1])('a host that wants packets of %i bytes is left', async (size) => {
  server = await sshServer({ before: (client) => wantPackets(client, size), exec: runReally })
  const error = await failure(connect(server.target()), 20_000)
  expect(error).toMatchObject({ code: 'LOGIN_DROPPED', exit: 'unreachable' })
  expect(error.message).toContain(`packets of ${size} bytes`)
})

it.each([
  { what: 'packed data', algorithms: { compress: ['zlib@openssh.com', 'zlib'] } },
  {
    what: 'a group of its own for the exchange of keys',
    algorithms: { kex: ['diffie-hellman-group-exchange-sha256'] },
  },
])('$what is not taken from a host', async ({ algorithms }) => {
  server = await sshServer({ algorithms: algorithms as ssh2.Algorithms, exec: runReally })
  expect(await failure(connect(server.target()))).toMatchObject({
    code: 'NO_COMMON_ALGORITHM',
    exit: 'unreachable',
  })
})

it('a host that asks and asks, and takes no answer, is left', async () => {
  server = await sshServer({
    exec: (request) => {
      runReally(request)
      askWithoutEnd(request.client)
    },
  })
  const host = await connect(server.target({ keepaliveMs: 0 })).catch((error) => error)
  const error = host.run ? await failure(host.run(sh`sleep 300`, options), 20_000) : host
  expect(error.message).toContain('the host takes no answer and goes on asking')
})

it('a host that says a job has ended, and reads no more, is given up', async () => {
  let read = 0
  let lied = false
  server = await sshServer({
    exec: (request) => {
      let said = ''
      const channel = runReally(request)
      channel.on('data', (chunk: Buffer) => {
        said += chunk.toString('latin1')
        read += chunk.length
        const mark = /\bmark=(@@[0-9a-f]+)/.exec(said)?.[1]
        if (read < 500_000 || lied || !mark) return
        lied = true
        channel.unpipe()
        channel.pause()
        channel.write(`\n${mark} end 1 0\n`)
      })
    },
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const host = await connect(server.target({ keepaliveMs: 0 }))
  let error: unknown
  host.feed(sh`cat >/dev/null`, blocksOf(Buffer.alloc(LARGE), LARGE), options).catch((reason) => {
    error = reason
  })
  await until('the lie', () => lied)
  await until('the end of the wait', async () => {
    await vi.advanceTimersByTimeAsync(1000)
    return error
  })
  expect(error).toMatchObject({ code: 'TIMEOUT', message: 'test: it ended, but its input was not read' })
})

it('a jump host that never opens the way onward is given up', async () => {
  let asked = false
  server = await sshServer({
    forward: () => {
      asked = true
    },
  })
  const jump = server.target({ connectTimeoutMs: 500 })
  const error = await failure(connect(server.target({ address: '192.0.2.1', jumps: [jump] })))
  expect(asked).toBe(true)
  expect(error).toMatchObject({ code: 'UNREACHABLE', exit: 'unreachable' })
})

it.each([
  {
    what: 'a command',
    ask: (login: Parameters<typeof exec>[0]) => exec(login, 'true', { ms: 1000, terminal: false }),
  },
  { what: 'a way onward', ask: (login: Parameters<typeof exec>[0]) => forward(login, '192.0.2.1', 22, 1000) },
])('$what of a host that has gone again is an error of that host', async ({ ask }) => {
  const login = { client: new ssh2.Client(), host: 'h1', ended: new Promise<never>(() => {}) }
  expect(await settled(ask(login).catch((error) => error))).toMatchObject({ code: 'LOGIN_DROPPED' })
})
