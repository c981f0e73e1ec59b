import { afterEach, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
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

it('reports a server that sends no version as UNREACHABLE, with the time waited', async () => {
  server = await rawServer(() => {})
  const error = await failure(echo({ connectTimeoutMs: 500 }))
  expect(error).toMatchObject({ code: 'UNREACHABLE', exit: 'unreachable' })
  expect(error.message).toContain('connect: no answer within 0.5 s')
  expect(server.connections()).toBe(1)
  await gone()
})

it('reports an authentication that gets no answer as UNREACHABLE, with the time waited', async () => {
  server = await sshServer({ auth: () => {} })
  const error = await failure(echo({ connectTimeoutMs: 500 }))
  expect(error).toMatchObject({ code: 'UNREACHABLE', exit: 'unreachable' })
  expect(error.message).toContain('login: no answer within 1.5 s')
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
  expect(error.details.hint).toBeTruthy()
  expect(server.connections()).toBe(5)
})

it('fails at the first try on a server that does not speak SSH', async () => {
  server = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
  expect((await failure(echo(), 10_000)).exit).toBe('unreachable')
  await gone()
})
