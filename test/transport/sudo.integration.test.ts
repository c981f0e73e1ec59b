import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { blocksOf } from './helpers/blocks.ts'
import { type KeyPair, makeKey } from './helpers/keys.ts'
import { parentOf, type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { type TestUser, testUser } from './helpers/test-user.ts'
import { alive, failure, pidIn, until } from './helpers/wait.ts'

let sshd: RealSshd
let other: KeyPair
const users: TestUser[] = []

function user(rule?: string, shell?: string, defaults?: string): TestUser {
  const made = testUser(rule, shell, defaults)
  users.push(made)
  return made
}

beforeAll(async () => {
  sshd = await realSshd()
  other = makeKey(join(sshd.folder, 'other'))
})
afterAll(() => {
  for (const made of users) made.remove()
  sshd?.stop()
})

const options = { name: 'test', timeoutMs: 15_000 }

/** Runs a job as this user by sudo, and returns its output and whether sudo asked for the password. */
async function whoami(name: string, password: string | undefined) {
  const becomePassword = password === undefined ? undefined : new Secret(password)
  const host = await connect(sshd.target({ user: name, becomePassword }))
  try {
    const { output } = await host.run(sh`id -un; echo "$SUDO_USER"; pwd; echo $LC_ALL; umask`, options)
    await host.run(sh`echo again`, options)
    expect(host.execs).toBe(1)
    return { output, sudoAsked: host.sudoAsked }
  } finally {
    host.close()
  }
}

const asRoot = (name: string, sudoAsked: boolean) => ({
  output: `root\n${name}\n/\nC\n0022`,
  sudoAsked,
})

/** How often sudo let this user run a command, and how often it counted a wrong password. */
function counts({ sudoLog }: TestUser) {
  const log = sudoLog()
  return {
    runs: log
      .split('\n')
      .filter((line) => /COMMAND=/.test(line) && !/incorrect|not in|required|NOT/.test(line)).length,
    wrong: [...log.matchAll(/(\d+) incorrect password attempt/g)].reduce((sum, [, n]) => sum + Number(n), 0),
  }
}

it.each([undefined, 'a password that nobody asks for'])(
  'uses sudo with NOPASSWD, password given: %s',
  async (password) => {
    const one = user('(ALL) NOPASSWD: ALL')
    expect(await whoami(one.name, password)).toEqual(asRoot(one.name, false))
    expect(counts(one)).toEqual({ runs: 1, wrong: 0 })
  },
)

it('uses neither sudo nor a password as root', async () => {
  expect(await whoami('root', 'not used')).toEqual(asRoot('', false))
})

it('sends the right password once', async () => {
  const one = user('(ALL) ALL')
  expect(await whoami(one.name, one.password)).toEqual(asRoot(one.name, true))
  expect(counts(one)).toEqual({ runs: 1, wrong: 0 })
})

it.each([
  { what: 'requiretty', defaults: 'requiretty', execs: 2 },
  { what: 'requiretty and use_pty', defaults: 'requiretty, use_pty', execs: 2 },
  { what: 'a lecture', defaults: 'lecture=always', execs: 1 },
  { what: 'its own prompt', defaults: 'passprompt_override, passprompt="Who goes there? "', execs: 1 },
  {
    what: 'a lecture, a terminal and its own prompt',
    defaults: 'lecture=always, requiretty, passprompt_override, passprompt="Well? "',
    execs: 2,
  },
])('sends the password once when sudo has $what', async ({ defaults, execs }) => {
  for (const [rule, wrong] of [
    ['(ALL) ALL', 0],
    ['(ALL) NOPASSWD: ALL', 0],
    ['(ALL) ALL', 1],
  ] as const) {
    const one = user(rule, '/bin/bash', defaults)
    const becomePassword = new Secret(wrong ? 'not it' : one.password)
    const host = await connect(sshd.target({ user: one.name, becomePassword }))
    const bytes = 'a\\tb\\003\\004\\021\\377'
    const job = host.run(sh`id -u; printf ${bytes} | od -An -c`, options)
    if (wrong) expect(await failure(job, 15_000)).toMatchObject({ code: 'SUDO_PASSWORD_WRONG' })
    else {
      expect((await job).output).toMatch(/^0\n +a +\\t +b +003 +004 +021 +377$/)
      const data = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))
      const { output } = await host.feed(sh`sha256sum`, blocksOf(data, 30_000), options)
      expect(output).toContain(createHash('sha256').update(data).digest('hex'))
      expect(host.execs).toBe(execs)
      expect(host.sudoAsked).toBe(rule === '(ALL) ALL')
    }
    host.close()
    expect(counts(one).wrong).toBe(wrong)
  }
})

it('becomes another user than root', async () => {
  const [one, app] = [user('(ALL) NOPASSWD: ALL'), user()]
  const host = await connect(sshd.target({ user: one.name, becomeUser: app.name }))
  expect((await host.run(sh`id -un`, options)).output).toBe(app.name)
  host.close()
  const root = await connect(sshd.target({ becomeUser: app.name }))
  expect((await root.run(sh`id -un`, options)).output).toBe(app.name)
  root.close()
})

it('becomes root even if sudoers has another default user', async () => {
  const one = user('(ALL) NOPASSWD: ALL', '/bin/bash', 'runas_default=nobody')
  expect(await whoami(one.name, undefined)).toEqual(asRoot(one.name, false))
})

it.each([
  {
    what: 'gives another user than root',
    sudo: 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    code: 'SUDO_NOT_ROOT',
  },
  {
    what: 'wants a terminal and does not see the one it gets',
    sudo: 'echo sudo: sorry, you must have a tty to run sudo >&2; exit 1',
    code: 'SUDO_NEEDS_TTY',
  },
  { what: 'is not installed', sudo: undefined, code: 'SUDO_MISSING' },
])('fails before the first job when sudo $what', async ({ sudo, code }) => {
  const one = user('(ALL) NOPASSWD: ALL')
  const bin = join(sshd.folder, code)
  mkdirSync(bin)
  if (sudo) writeFileSync(join(bin, 'sudo'), `#!/bin/sh\n${sudo}\n`, { mode: 0o755 })
  else symlinkSync('/bin/sh', join(bin, 'sh'))
  const other = await realSshd([`SetEnv PATH=${bin}${sudo ? ':/usr/bin:/bin' : ''}`])
  try {
    const wrong = await connect(other.target({ user: one.name }))
    const error = await failure(wrong.run(sh`:`, options))
    expect(error).toMatchObject({ code, exit: 'unreachable' })
  } finally {
    other.stop()
  }
})

it.each(['wrong', '', 'ümläut $(id)'])('tries a wrong password exactly once: %j', async (password) => {
  const one = user('(ALL) ALL')
  const host = await connect(sshd.target({ user: one.name, becomePassword: new Secret(password) }))
  // the second job must not send the password again
  for (const name of ['first', 'second']) {
    const error = await failure(host.run(sh`:`, { ...options, name }))
    expect(error).toMatchObject({ code: 'SUDO_PASSWORD_WRONG', exit: 'unreachable' })
    expect(error.details.hint).toContain('tried once')
    expect(JSON.stringify({ ...error.details, message: error.message })).not.toContain(password || '@@')
  }
  expect(counts(one)).toEqual({ runs: 0, wrong: 1 })
})

it.each([
  {
    what: 'a password is needed',
    rule: '(ALL) ALL',
    password: false,
    code: 'SUDO_PASSWORD_NEEDED',
    hint: /-K/,
  },
  {
    what: 'the user is not in sudoers',
    rule: undefined,
    password: true,
    code: 'SUDO_DENIED',
    hint: /sudo group/,
  },
  {
    what: 'only another command is allowed',
    rule: '(ALL) /bin/true',
    password: true,
    code: 'SUDO_DENIED',
    hint: /sudo group/,
  },
  {
    what: 'only another command is allowed, with NOPASSWD',
    rule: '(ALL) NOPASSWD: /bin/true',
    password: false,
    code: /^SUDO_/,
    hint: /./,
  },
])(
  "reports why sudo refuses by code, with sudo's own message: $what",
  async ({ rule, password, code, hint }) => {
    const one = user(rule)
    const error = await failure(whoami(one.name, password ? one.password : undefined), 15_000)
    expect(error.code).toMatch(new RegExp(code))
    expect(error.exit).toBe('unreachable')
    expect(error.details.hint).toMatch(hint)
    expect(error.details.evidence).toMatch(/sudo|sorry/i)
  },
)

it('sends no sudo password to a host whose key has changed, even with StrictHostKeyChecking=no', async () => {
  const login = async (one: TestUser) => {
    const host = await connect(
      sshd.target({
        user: one.name,
        becomePassword: new Secret(one.password),
        hostKeyChecking: 'no',
        knownHostsFiles: [sshd.write('changed', `[127.0.0.1]:${sshd.port} ${other.line}\n`)],
      }),
    )
    try {
      return (await host.run(sh`id -un`, options)).output
    } finally {
      host.close()
    }
  }
  const asked = user('(ALL) ALL')
  const error = await failure(login(asked), 15_000)
  expect(error).toMatchObject({ code: 'SUDO_PASSWORD_NEEDED', exit: 'unreachable' })
  expect(error.details.evidence).toMatch(/no password was sent.*SHA256:/)
  expect(error.details.hint).toContain(`ssh-keygen -f ${sshd.folder}/changed -R '[127.0.0.1]:${sshd.port}'`)
  expect(counts(asked)).toEqual({ runs: 0, wrong: 0 })
  expect(await login(user('(ALL) NOPASSWD: ALL'))).toBe('root')
})

it('ends the root shell and its job with the connection, also behind sudo', async () => {
  const one = user('(ALL) NOPASSWD: ALL')
  const host = await connect(sshd.target({ user: one.name }))
  const pidFile = `${sshd.folder}/behind-sudo`
  const job = failure(host.run(sh`echo $$ >${pidFile}; sleep 300`, options))
  const pid = await pidIn(pidFile)
  const shell = parentOf(pid)
  host.close()
  expect((await job).code).toBe('LOST')
  await until('the end of shell and job', () => !alive(pid) && !alive(shell))
})
