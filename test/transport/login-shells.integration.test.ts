import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { makeKey } from './helpers/keys.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { type TestUser, testUser } from './helpers/test-user.ts'
import { failure, settled } from './helpers/wait.ts'

let sshd: RealSshd
const users: TestUser[] = []

function user(rule?: string, shell?: string): TestUser {
  const made = testUser(rule, shell)
  users.push(made)
  return made
}

beforeAll(async () => {
  sshd = await realSshd()
})
afterAll(() => {
  for (const made of users) made.remove()
  sshd?.stop()
})

const options = { name: 'test', timeoutMs: 15_000 }

async function firstJob({ name, password }: TestUser): Promise<string> {
  const host = await connect(sshd.target({ user: name, becomePassword: new Secret(password) }))
  try {
    return (await settled(host.run(sh`id -u; echo ${"it's"}`, options))).output
  } finally {
    host.close()
  }
}

it.each(['/bin/bash', '/bin/dash', '/usr/bin/fish', '/bin/tcsh'])(
  'works with any login shell: %s',
  async (shell) => {
    for (const rule of ['(ALL) NOPASSWD: ALL', '(ALL) ALL']) {
      expect(await firstJob(user(rule, shell))).toBe("0\nit's")
    }
  },
)

it.each([
  { what: 'a line', rc: 'echo welcome' },
  { what: 'a line without newline', rc: 'printf welcome' },
  { what: 'a line on stderr', rc: 'echo welcome >&2' },
])('keeps what .bashrc prints out of the first job: $what', async ({ rc }) => {
  for (const rule of ['(ALL) NOPASSWD: ALL', '(ALL) ALL']) {
    const one = user(rule)
    // replaces Debian's .bashrc, which returns at once in a shell that is not interactive
    writeFileSync(join(one.home, '.bashrc'), `${rc}\n`)
    expect(await firstJob(one), rule).toBe("0\nit's")
  }
})

it('fails at once when .bashrc exits', async () => {
  const one = user('(ALL) NOPASSWD: ALL')
  writeFileSync(join(one.home, '.bashrc'), 'echo reading; exit 7\n')
  const error = await failure(firstJob(one))
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  expect(error.message).toContain('code 7')
  expect(error.details.evidence).toBe('reading')
})

it.each(['/usr/sbin/nologin', '/bin/false'])(
  'reports an account without a shell as NO_SHELL: %s',
  async (shell) => {
    const error = await failure(firstJob(user(undefined, shell)))
    expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
    expect(error.details.hint).toContain('login shell')
  },
)

it('reports a key that only prints a message as NO_SHELL, with the user that the message names', async () => {
  const one = user('(ALL) NOPASSWD: ALL')
  const words = 'Please login as the user \\"ubuntu\\" rather than the user \\"root\\".'
  const file = join(sshd.folder, 'authorized_keys')
  const key = makeKey(join(sshd.folder, 'talk'))
  const command = `no-port-forwarding,command="printf '\\033[2J';echo '${words}';echo;exit 142"`
  appendFileSync(file, `${command} ${key.line}\n`)
  const host = await connect(sshd.target({ user: one.name, keyFiles: [key.path] }))
  const error = await failure(host.run(sh`:`, options))
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  expect(error.message).toContain('code 142')
  expect(error.details.evidence).toBe(words.replaceAll('\\', ''))
  expect(error.details.hint).toContain('ansible_user=ubuntu')
})
