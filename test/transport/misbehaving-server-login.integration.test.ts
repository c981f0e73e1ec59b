import type { AuthContext } from 'ssh2'
import { afterEach, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { Shared } from '../../src/transport/shared.ts'
import type { Target } from '../../src/transport/target.ts'
import { type BadServer, rawServer, runReally, sshServer } from './helpers/misbehaving-server.ts'
import { failure, until } from './helpers/wait.ts'

let server: BadServer

afterEach(() => {
  server?.stop()
})

const options = { name: 'test', timeoutMs: 15_000 }

async function echo(over?: Partial<Target>): Promise<string> {
  const host = await connect(server.target(over))
  try {
    return (await host.run(sh`echo in`, options)).output
  } finally {
    host.close()
  }
}

const gone = () => until('the end of all connections', () => server.open() === 0, 3000)

it('reports a server that sends no version as LOGIN_TIMEOUT, with the time waited', async () => {
  server = await rawServer(() => {})
  const error = await failure(echo({ connectTimeoutMs: 500 }))
  expect(error).toMatchObject({ code: 'LOGIN_TIMEOUT', exit: 'unreachable' })
  expect(error.message).toMatch(/^127\.0\.0\.1:\d+ is silent: no answer within 0\.5 s$/)
  expect(error.details.hint).toContain('-T 30')
  expect(server.connections()).toBe(1)
  await gone()
})

// a login with a password is not tried again: the host may count it as a wrong one
it.each([
  { when: 'at once', auth: () => {}, code: 'LOGIN_TIMEOUT', message: /: no answer within 1\.5 s$/ },
  {
    when: 'once the password was sent',
    auth: (context: AuthContext) => context.method === 'none' && context.reject(['password']),
    code: 'PASSWORD_TIMEOUT',
    message: /: no answer within 1\.5 s to the password$/,
  },
])('reports an authentication that gets no answer $when as $code, with the time waited', async (row) => {
  server = await sshServer({ auth: row.auth })
  const error = await failure(echo({ connectTimeoutMs: 500 }))
  expect(error).toMatchObject({ code: row.code, exit: 'unreachable' })
  expect(error.message).toMatch(row.message)
  await gone()
})

it('tries again when a login is dropped', async () => {
  server = await sshServer({ cut: 2, exec: runReally })
  expect(await echo()).toBe('in')
  expect(server.connections()).toBe(3)
})

it.each([
  { what: 'silently', words: '' },
  { what: 'like sshd above MaxStartups', words: 'Exceeded MaxStartups\r\n' },
])('gives up after five tries on a server that always drops logins: $what', async ({ words }) => {
  server = await rawServer((socket) => socket.end(words))
  const error = await failure(echo(), 10_000)
  expect(error).toMatchObject({ code: 'LOGIN_DROPPED', exit: 'unreachable' })
  expect(error.message).toMatch(/^127\.0\.0\.1:\d+ closed the connection before the login$/)
  expect(error.details.hint).toMatch(/MaxStartups.*-f 10.*journalctl -u ssh/)
  expect(server.connections()).toBe(5)
})

it('fails at the first try on a server that does not speak SSH', async () => {
  server = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
  expect((await failure(echo(), 10_000)).exit).toBe('unreachable')
  await gone()
})

it.each<{
  what: string
  /** `at`: called when the login has come to the point where the run is stopped. */
  start: (at: () => void) => Promise<BadServer>
  over?: () => Partial<Target>
}>([
  { what: 'sends no version', start: (at) => rawServer(at) },
  { what: 'gives the login no answer', start: (at) => sshServer({ auth: at }) },
  { what: 'gives the command no answer', start: (at) => sshServer({ exec: at }) },
  {
    what: 'opens no way to the host behind it',
    start: (at) => sshServer({ forward: at }),
    over: () => ({ jumps: [server.target()], port: 9 }),
  },
  { what: 'drops every login', start: (at) => rawServer((socket) => socket.end(at)) },
])('stops at once when the run is stopped, on a server that $what', async ({ start, over }) => {
  const run = new AbortController()
  server = await start(() => run.abort())
  const shared = new Shared()
  shared.signal = run.signal
  const target = server.target({ connectTimeoutMs: 60_000, ...over?.() })
  expect(await failure(connect(target, shared))).toMatchObject({ code: 'INTERRUPTED' })
  expect(server.connections()).toBe(1)
  await gone()
})

it('does not log in once the run is stopped', async () => {
  server = await rawServer(() => {})
  const shared = new Shared()
  shared.signal = AbortSignal.abort()
  expect(await failure(connect(server.target(), shared))).toMatchObject({ code: 'INTERRUPTED' })
  await gone()
})
