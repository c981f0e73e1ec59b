import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { Shared } from '../../src/transport/shared.ts'
import type { Target } from '../../src/transport/target.ts'
import { type FaultProxy, faultProxy } from './helpers/fault-proxy.ts'
import { makeKey } from './helpers/keys.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { type TestAgent, testAgent } from './helpers/test-agent.ts'
import { type TestUser, testUser } from './helpers/test-user.ts'
import { failure } from './helpers/wait.ts'

/** Logins to an sshd with PAM, behind a proxy that counts the connections. */

let plain: RealSshd
let factors: RealSshd
let user: TestUser
let expired: TestUser
let outdated: TestUser
let agent: TestAgent
let proxies: Map<RealSshd, FaultProxy>

beforeAll(async () => {
  plain = await realSshd(['UsePAM yes'])
  factors = await realSshd([
    'UsePAM yes',
    'KbdInteractiveAuthentication yes',
    'PasswordAuthentication no',
    'AuthenticationMethods publickey,keyboard-interactive',
  ])
  proxies = new Map([
    [plain, await faultProxy(plain.port)],
    [factors, await faultProxy(factors.port)],
  ])
  user = testUser('(ALL) NOPASSWD: ALL')
  expired = testUser('(ALL) NOPASSWD: ALL')
  execFileSync('chage', ['-E', '1', expired.name])
  outdated = testUser('(ALL) NOPASSWD: ALL')
  execFileSync('chage', ['-d', '0', outdated.name])
  agent = await testAgent(join(plain.folder, 'agent'))
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) agent.add(makeKey(join(plain.folder, name)).path)
  const eighth = makeKey(join(plain.folder, 'h'))
  agent.add(eighth.path)
  agent.add(makeKey(join(plain.folder, 'i')).path)
  const rsa = makeKey(join(factors.folder, 'rsa'), 'rsa')
  for (const [sshd, { path }] of [
    [plain, eighth],
    [factors, eighth],
    [factors, rsa],
  ] as const) {
    const file = join(sshd.folder, 'authorized_keys')
    writeFileSync(file, readFileSync(file, 'utf8') + readFileSync(`${path}.pub`, 'utf8'))
  }
  copyFileSync(`${eighth.path}.pub`, join(factors.folder, 'h.pub'))
})
afterAll(() => {
  agent?.stop()
  user?.remove()
  expired?.remove()
  outdated?.remove()
  for (const proxy of proxies?.values() ?? []) proxy.stop()
  factors?.stop()
  plain?.stop()
})

/** Logs in and runs a command. Returns its output and how many connections that took. */
async function login(sshd: RealSshd, over: Partial<Target>, shared = new Shared()) {
  const proxy = proxies.get(sshd) as FaultProxy
  const before = proxy.connections()
  const target = sshd.target({
    port: proxy.port,
    hostKeyAlias: `[127.0.0.1]:${sshd.port}`,
    user: user.name,
    ...over,
  })
  const work = async () => {
    const host = await connect(target, shared)
    try {
      return (await host.run(sh`id -u`, { name: 'test', timeoutMs: 10_000 })).output
    } finally {
      host.close()
    }
  }
  return { work: work(), connections: () => proxy.connections() - before }
}

const many = () => ({ keyFiles: [], agent: join(plain.folder, 'agent') })

it('reports that the agent has more keys than the host tries, and how to name the right one', async () => {
  const { work, connections } = await login(plain, many())
  const error = await failure(work, 10_000)
  expect(error).toMatchObject({ code: 'TOO_MANY_KEYS', exit: 'unreachable' })
  expect(error.message).toMatch(/takes 6 tries, and the agent offers 9 keys/)
  expect(error.details.hint).toMatch(/ansible_ssh_private_key_file.*IdentitiesOnly yes/)
  expect(connections()).toBe(1)
})

it('logs in with the right key of such an agent when it is named', async () => {
  const named = { ...many(), keyFiles: [join(plain.folder, 'h')], identitiesOnly: true }
  expect(await (await login(plain, named)).work).toBe('0')
})

it('tries the password, once, after too many keys', async () => {
  const right = await login(plain, { ...many(), password: new Secret(user.password) })
  expect(await right.work).toBe('0')
  expect(right.connections()).toBe(2)
  const wrong = await login(plain, { ...many(), password: new Secret('wrong') })
  const error = await failure(wrong.work, 10_000)
  expect(error).toMatchObject({ code: 'AUTH' })
  expect(error.message).toMatch(/does not accept the \d+ keys of the agent or the password/)
  expect(wrong.connections()).toBe(2)
})

it.each<{ what: string; sshd: () => RealSshd; over: () => Partial<Target> }>([
  { what: 'the host accepts no password', sshd: () => factors, over: () => ({}) },
  {
    what: 'the host key has changed',
    sshd: () => plain,
    over() {
      const file = join(plain.folder, 'other_known')
      writeFileSync(file, `[127.0.0.1]:${plain.port} ${makeKey(join(plain.folder, 'other')).line}\n`)
      return { knownHostsFiles: [file], hostKeyChecking: 'no' }
    },
  },
])('reports too many keys when the password may not be sent: $what', async ({ sshd, over }) => {
  const password = new Secret(user.password)
  const { work, connections } = await login(sshd(), { ...many(), password, ...over() })
  expect(await failure(work, 10_000)).toMatchObject({ code: 'TOO_MANY_KEYS' })
  expect(connections()).toBe(1)
})

it('reports an expired account after one attempt, in the words of the host', async () => {
  const { work, connections } = await login(plain, { user: expired.name })
  const error = await failure(work, 10_000)
  expect(error).toMatchObject({ code: 'ACCOUNT_EXPIRED', exit: 'unreachable' })
  expect(error.details.evidence).toMatch(/^the host said: Your account has expired/)
  expect(error.details.hint).toContain(`chage -E -1 ${expired.name}`)
  expect(connections()).toBe(1)
})

it.each([
  { what: 'the password', over: () => ({ keyFiles: [], password: new Secret(outdated.password) }) },
  { what: 'a key', over: () => ({}) },
])('reports an expired password after a login with $what, in the words of the host', async ({ over }) => {
  const { work, connections } = await login(plain, { user: outdated.name, ...over() })
  const error = await failure(work, 10_000)
  expect(error).toMatchObject({ code: 'PASSWORD_EXPIRED', exit: 'unreachable' })
  expect(error.message).toBe('the password of the login user has expired')
  expect(error.details.evidence).toMatch(/Password change required but no TTY available/)
  expect(error.details.hint).toMatch(/^log in once by hand with ssh/)
  expect(connections()).toBe(1)
})

const KEYS: { what: string; over: () => Partial<Target> }[] = [
  { what: 'a key file', over: () => ({}) },
  { what: 'an RSA key file', over: () => ({ keyFiles: [join(factors.folder, 'rsa')] }) },
  {
    what: 'a key of the agent',
    over: () => ({ ...many(), keyFiles: [join(factors.folder, 'h')], identitiesOnly: true }),
  },
]

it.each(KEYS)('reports a second factor after $what when nobody can be asked', async ({ over }) => {
  const { work, connections } = await login(factors, over())
  const error = await failure(work, 10_000)
  expect(error).toMatchObject({ code: 'SECOND_FACTOR', exit: 'unreachable' })
  expect(error.message).toMatch(/the key was taken; a second factor \(keyboard-interactive\) is needed too$/)
  expect(error.details.hint).toContain('terminal')
  expect(connections()).toBe(1)
})

it.each(KEYS)('answers the second factor after $what with the password', async ({ over }) => {
  const { work } = await login(factors, { ...over(), password: new Secret(user.password) })
  expect(await work).toBe('0')
})

it.each(KEYS)('asks once for the second factor after $what, and logs in', async ({ over }) => {
  for (const [answer, end] of [
    [() => user.password, '0'],
    [() => 'wrong', /the key was taken; the second factor \(keyboard-interactive\) was refused$/],
  ] as const) {
    const asked: unknown[] = []
    const shared = new Shared()
    shared.question = async (question) => {
      asked.push(question)
      return new Secret(answer())
    }
    const { work, connections } = await login(factors, over(), shared)
    if (typeof end === 'string') expect(await work).toBe(end)
    else expect((await failure(work, 10_000)).message).toMatch(end)
    expect(asked).toEqual([{ host: 'h1', text: 'Password:', echo: false }])
    expect(connections()).toBe(1)
  }
})
