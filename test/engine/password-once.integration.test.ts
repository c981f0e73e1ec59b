import type { AuthContext } from 'ssh2'
import { afterAll, afterEach, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { fakeStep } from '../helpers/fake-step.ts'
import { type BadServer, type ExecRequest, sshServer } from '../transport/helpers/misbehaving-server.ts'
import { oneHost } from '../transport/helpers/one-host.ts'

let server: BadServer
const machine = oneHost()
afterEach(() => server.stop())
afterAll(() => machine.remove())

/** Shows sudo's question, and calls `judge` with each answer. `again` asks once more. */
function askBySudo({ accept, command }: ExecRequest, judge: (again: () => void) => void): void {
  const channel = accept()
  const [, mark] = /echo (@@[0-9a-f]+) sudo/.exec(command) ?? []
  const [, prompt] = /-p (@@sudo-[0-9a-f]+:)/.exec(command) ?? []
  channel.write(`${mark} sudo\n`)
  const ask = () => channel.stderr.write(prompt ?? '')
  ask()
  channel.on('data', () => judge(ask))
}

it.each<{
  what: string
  /** Answers the password of the login. */
  login: (context: AuthContext) => void
  sudo?: (again: () => void) => void
  code: string
  given: { ssh: number; sudo: number }
}>([
  {
    what: 'is silent to that of the login',
    login: () => {},
    code: 'PASSWORD_TIMEOUT',
    given: { ssh: 1, sudo: 0 },
  },
  {
    what: 'breaks off once sudo has it',
    login: (context) => context.accept(),
    sudo: () => server.vanish(),
    code: 'SUDO_LOST',
    given: { ssh: 1, sudo: 1 },
  },
  {
    what: 'asks for it again and breaks off',
    login: (context) => context.accept(),
    sudo: (again) => {
      again()
      setImmediate(() => server.vanish())
    },
    code: 'SUDO_PASSWORD_WRONG',
    given: { ssh: 1, sudo: 1 },
  },
])('gives a password once to a host that $what: $code', async ({ login, sudo, code, given }) => {
  const seen = { ssh: 0, sudo: 0 }
  server = await sshServer({
    auth(context) {
      if (context.method !== 'password') return context.reject(['password'])
      seen.ssh += 1
      login(context)
    },
    exec: (request) =>
      askBySudo(request, (again) => {
        seen.sudo += 1
        sudo?.(again)
      }),
  })
  const target = server.target({ becomePassword: new Secret('pw'), connectTimeoutMs: 300 })
  const { report } = await machine.run(fakeStep('a'), { target })
  expect(report.hosts.map(({ errors }) => errors.map((error) => error.code))).toEqual([[code]])
  expect(seen).toEqual(given)
})
