import type { Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { connect } from '../../src/transport/connect.ts'
import { type BadServer, rawServer, sshServer } from './helpers/misbehaving-server.ts'
import { failure, until } from './helpers/wait.ts'

/** How a login ends where a host does not let it in: told at once, unless the host had not looked at it. */

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

/** Looks at a password, and closes. */
const judgeAndClose = (banner?: string) =>
  sshServer({
    ...(banner && { banner }),
    auth: (context, client) => (context.method === 'none' ? context.reject(['password']) : client.end()),
  })

it.each<Row>([
  {
    what: 'a ban by the penalties of sshd',
    host: say('Not allowed at this time\r\n'),
    code: 'LOGIN_BANNED',
    message: /^127\.0\.0\.1:\d+: sshd has banned this address for a while/,
    evidence: /^the host said: Not allowed at this time$/,
    hint: /PerSourcePenaltyExemptList/,
  },
  {
    what: 'a server of another kind',
    host: say('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    code: 'NO_SSH',
    message: /says something else than SSH/,
    evidence: /HTTP\/1\.1 400 Bad Request/,
    hint: /ansible_port/,
  },
  {
    what: 'a fault of protocol',
    host: say('SSH-2.0-x\ry\n'),
    code: 'UNREACHABLE',
    message: /Invalid header/,
    hint: /./,
  },
  {
    what: 'a close once the login was judged',
    host: () => judgeAndClose(),
    code: 'LOGIN_CLOSED',
    message:
      /^root@127\.0\.0\.1:\d+: the connection ended once the host had looked at the login \(password\)$/,
    hint: /journalctl/,
  },
  ...['Call 1234 if your account has expired', 'Outages: see https://example.org/nologin'].map((banner) => ({
    what: `the same, where everybody is told "${banner}",`,
    host: () => judgeAndClose(banner),
    code: 'LOGIN_CLOSED',
    message: /the connection ended once the host had looked at the login/,
    evidence: /^the host said: (Call 1234|Outages: )/,
    hint: /journalctl/,
  })),
])('$what is told after one try', async ({ host, code, message, evidence, hint }) => {
  server = await host()
  const error = await failure(connect(server.target()), 10_000)
  expect(error).toMatchObject({ code, exit: 'unreachable' })
  expect(error.message).toMatch(message)
  expect(error.details.hint).toMatch(hint)
  expect(error.details.evidence ?? '').toMatch(evidence ?? /^$/)
  expect(server.connections()).toBe(1)
  await until('the end of all connections', () => server.open() === 0, 3000)
})

it('what a host says before its version is bounded, and printable', async () => {
  server = await rawServer((socket) => socket.end(`${'\u001b[2Jgo away '.repeat(10)}\r\n`.repeat(300)))
  const error = await failure(connect(server.target()), 10_000)
  expect(error.details.evidence).toContain('go away')
  expect(error.details.evidence).not.toContain('\u001b')
  expect(error.details.evidence?.length).toBeLessThan(3000)
})
