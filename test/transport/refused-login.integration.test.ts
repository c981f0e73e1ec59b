import type { Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { connect } from '../../src/transport/connect.ts'
import { type BadServer, rawServer, sshServer } from './helpers/misbehaving-server.ts'
import { failure, until } from './helpers/wait.ts'

/** Logins that a host refuses. They are not tried again once the host has answered. */

let server: BadServer
afterEach(() => server?.stop())

interface Row {
  what: string
  host: () => Promise<BadServer>
  code: string
  message: RegExp
  evidence?: RegExp
  hint: RegExp
}

const say = (words: string) => () => rawServer((socket: Socket) => socket.end(words))

/** A server that takes the password and closes the connection. */
const judgeAndClose = (banner?: string) =>
  sshServer({
    ...(banner && { banner }),
    auth: (context, client) => (context.method === 'none' ? context.reject(['password']) : client.end()),
  })

it.each<Row>([
  {
    what: 'a ban by PerSourcePenalties',
    host: say('Not allowed at this time\r\n'),
    code: 'LOGIN_BANNED',
    message: /^127\.0\.0\.1:\d+: sshd has banned this address for a while/,
    evidence: /^the host said: Not allowed at this time$/,
    hint: /PerSourcePenaltyExemptList/,
  },
  {
    what: 'a server that does not speak SSH',
    host: say('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    code: 'NO_SSH',
    message: /^127\.0\.0\.1:\d+ answers, but not as an SSH server$/,
    evidence: /HTTP\/1\.1 400 Bad Request/,
    hint: /ansible_port/,
  },
  {
    what: 'a protocol error',
    host: say('SSH-2.0-x\ry\n'),
    code: 'NO_SSH',
    message: /^127\.0\.0\.1:\d+ answers, but not as an SSH server$/,
    evidence: /^ssh says: Invalid header\b/,
    hint: /^is \d+ the port of its sshd/,
  },
  {
    what: 'a close after the password',
    host: () => judgeAndClose(),
    code: 'LOGIN_CLOSED',
    message:
      /^root@127\.0\.0\.1:\d+: the connection ended once the host had looked at the login \(password\)$/,
    hint: /journalctl/,
  },
  {
    what: 'the wish for a new password',
    host: () =>
      sshServer({
        auth: (context) =>
          context.method === 'password'
            ? context.requestChange('New password, please:', () => {})
            : context.reject(['password']),
      }),
    code: 'PASSWORD_EXPIRED',
    message: /^root@127\.0\.0\.1:\d+: the password has expired$/,
    evidence: /New password, please:/,
    hint: /^set a new one by hand: ssh /,
  },
  ...['Call 1234 if your account has expired', 'Outages: see https://example.org/nologin'].map((banner) => ({
    what: `a close after the password, with the banner "${banner}",`,
    host: () => judgeAndClose(banner),
    code: 'LOGIN_CLOSED',
    message: /the connection ended once the host had looked at the login/,
    evidence: /^the host said: (Call 1234|Outages: )/,
    hint: /journalctl/,
  })),
])('reports $what after one try', async ({ host, code, message, evidence, hint }) => {
  server = await host()
  const error = await failure(connect(server.target()), 10_000)
  expect(error).toMatchObject({ code, exit: 'unreachable' })
  expect(error.message).toMatch(message)
  expect(error.details.hint).toMatch(hint)
  expect(error.details.evidence ?? '').toMatch(evidence ?? /^$/)
  expect(server.connections()).toBe(1)
  await until('the end of all connections', () => server.open() === 0, 3000)
})

it('limits and sanitizes what a host sends before its version', async () => {
  server = await rawServer((socket) => socket.end(`${'\u001b[2Jgo away '.repeat(10)}\r\n`.repeat(300)))
  const error = await failure(connect(server.target()), 10_000)
  expect(error.details.evidence).toContain('go away')
  expect(error.details.evidence).not.toContain('\u001b')
  expect(error.details.evidence?.length).toBeLessThan(3000)
})
