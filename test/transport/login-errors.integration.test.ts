import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Target } from '../../src/transport/target.ts'
import { makeKey } from './helpers/keys.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { type TestUser, testUser } from './helpers/test-user.ts'
import { failure } from './helpers/wait.ts'

let sshd: RealSshd
let strict: RealSshd
let odd: RealSshd
let user: TestUser

beforeAll(async () => {
  sshd = await realSshd()
  strict = await realSshd(['MaxAuthTries 1'])
  odd = await realSshd(['KexAlgorithms sntrup761x25519-sha512@openssh.com'])
  user = testUser('(ALL) NOPASSWD: ALL')
  makeKey(join(sshd.folder, 'wrong'))
  makeKey(join(sshd.folder, 'locked'), 'ed25519', 'a phrase')
  makeKey(join(sshd.folder, 'locked_rsa'), 'rsa', 'a phrase')
  makeKey(join(sshd.folder, 'open'))
  chmodSync(join(sshd.folder, 'open'), 0o644)
  sshd.write('garbage', 'no key at all\n')
  sshd.write('empty', '')
})
afterAll(() => {
  user?.remove()
  odd?.stop()
  strict?.stop()
  sshd?.stop()
})

interface Row {
  what: string
  over: (folder: string) => Partial<Target>
  code: string
  exit: string
  message: RegExp
  hint: RegExp
}

const auth = { code: 'AUTH', exit: 'unreachable' }
const keyFile = { code: 'KEY_FILE', exit: 'input' }
const encrypted = { code: 'KEY_ENCRYPTED', exit: 'input' }

it.each<Row>([
  {
    what: 'a closed port',
    over: () => ({ port: 1 }),
    code: 'UNREACHABLE',
    exit: 'unreachable',
    message: /^nothing listens on 127\.0\.0\.1:1 \(connection refused\)$/,
    hint: /^is sshd running, and is 1 its port\?$/,
  },
  {
    what: 'an unknown name',
    over: () => ({ address: 'no-such-host.invalid' }),
    code: 'UNREACHABLE',
    exit: 'unreachable',
    message:
      /^the name no-such-host\.invalid (is not known to DNS|could not be looked up: no DNS server answered)$/,
    hint: /ansible_host/,
  },
  {
    what: 'a key that is not authorized',
    over: (f) => ({ keyFiles: [`${f}/wrong`] }),
    ...auth,
    message:
      /^root@127\.0\.0\.1:\d+ does not accept the key \/\S+\/wrong \(it takes keys, passwords, keyboard-interactive\)$/,
    hint: /^install it: ssh-copy-id -i \/\S+\/wrong\.pub -p \d+ root@127\.0\.0\.1, or correct ansible_user or the key$/,
  },
  {
    what: 'a user who does not exist',
    over: () => ({ user: 'nobody-here' }),
    ...auth,
    message: /nobody-here@/,
    hint: /ssh/,
  },
  {
    what: 'a wrong password',
    over: () => ({ user: user.name, keyFiles: [], password: new Secret('wr0ng') }),
    ...auth,
    message: /does not accept the password \(it takes keys, /,
    hint: /^correct the password .* or ansible_user; it was tried once, and is not tried again; by hand: ssh -p \d+ /,
  },
  {
    what: 'a login with no method to try',
    over: () => ({ keyFiles: [] }),
    ...auth,
    message: /^there is nothing to log in to root@127\.0\.0\.1:\d+ with \(it takes keys, /,
    hint: /^name a key with ansible_ssh_private_key_file=FILE, .*, or give the password with -k/,
  },
  {
    what: 'more attempts than the server allows',
    over: (f) => ({ ...strict.target(), keyFiles: [`${f}/wrong`], password: new Secret('wr0ng') }),
    ...auth,
    message: /does not accept the key \/\S+\/wrong or the password \(.*it allows no more tries\)$/,
    hint: /^correct the password /,
  },
  {
    what: 'a host without common algorithms',
    over: () => odd.target(),
    code: 'NO_COMMON_ALGORITHM',
    exit: 'unreachable',
    message: /^127\.0\.0\.1:\d+: no KexAlgorithms in common$/,
    hint: /in sshd_config of the host, such as: KexAlgorithms \+curve25519-sha256/,
  },
  {
    what: 'a missing key file',
    over: (f) => ({ keyFiles: [`${f}/missing`] }),
    ...keyFile,
    message: /^the private key \/\S+\/missing cannot be read: no such file$/,
    hint: /^correct its path: ansible_ssh_private_key_file, IdentityFile of ssh's configuration, or --key of init$/,
  },
  {
    what: 'a folder as key file',
    over: (f) => ({ keyFiles: [f] }),
    ...keyFile,
    message: /^the private key \/\S+ cannot be read: it is a folder, not a file$/,
    hint: /ansible_ssh_private_key_file/,
  },
  {
    what: 'a key file without a key',
    over: (f) => ({ keyFiles: [`${f}/garbage`] }),
    ...keyFile,
    message: /garbage is not a private key$/,
    hint: /private key/,
  },
  {
    what: 'an empty key file',
    over: (f) => ({ keyFiles: [`${f}/empty`] }),
    ...keyFile,
    message: /empty is not a private key$/,
    hint: /private key/,
  },
  {
    what: 'a public key instead of a private one',
    over: (f) => ({ keyFiles: [`${f}/user_key.pub`] }),
    ...keyFile,
    message: /user_key\.pub is not a private key$/,
    hint: /private key/,
  },
  {
    what: 'a key that others can read',
    over: (f) => ({ keyFiles: [`${f}/open`] }),
    ...keyFile,
    message: /^other users can read or change the private key \/\S+\/open$/,
    hint: /^ssh does not use it either; first: chmod 600 \/\S+\/open$/,
  },
  {
    what: 'a key with passphrase',
    over: (f) => ({ keyFiles: [`${f}/locked`] }),
    ...encrypted,
    message: /locked cannot be used: it has a passphrase/,
    hint: /ssh-add \S+\/locked/,
  },
  {
    what: 'an RSA key with passphrase',
    over: (f) => ({ keyFiles: [`${f}/locked_rsa`] }),
    ...encrypted,
    message: /has a passphrase/,
    hint: /ssh-add/,
  },
])('reports $what as $code', async ({ over, code, exit, message, hint }) => {
  const error = await failure(connect(sshd.target(over(sshd.folder))), 10_000)
  expect(error).toMatchObject({ code, exit })
  expect(error.message).toMatch(message)
  expect(error.details.hint).toMatch(hint)
  expect(JSON.stringify(error.details)).not.toMatch(/wr0ng|a phrase/)
})

it('logs in by password or by key, also as another user than root', async () => {
  for (const over of [{ keyFiles: [], password: new Secret(user.password) }, {}]) {
    const host = await connect(sshd.target({ user: user.name, ...over }))
    const { output } = await host.run(sh`id -u`, { name: 'id', timeoutMs: 10_000 })
    expect(output).toBe('0')
    host.close()
  }
  expect(readFileSync(join(sshd.folder, 'known_hosts'), 'utf8').trim().split('\n')).toHaveLength(1)
})

it('sends no password to a host whose key has changed, even with StrictHostKeyChecking=no', async () => {
  const login = (text: string, over: Partial<Target>) =>
    connect(
      sshd.target({
        user: user.name,
        hostKeyChecking: 'no',
        knownHostsFiles: [sshd.write('other', text)],
        ...over,
      }),
    )
  const changed = `[127.0.0.1]:${sshd.port} ${odd.hostKey.line}\n`
  const byPassword = { keyFiles: [], password: new Secret(user.password) }
  const error = await failure(login(changed, byPassword))
  expect(error).toMatchObject({ code: 'AUTH', exit: 'unreachable' })
  expect(error.details.evidence).toMatch(/no password was sent.*SHA256:/)
  for (const [text, over] of [[changed, {}] as const, ['', byPassword] as const])
    (await login(text, over)).close()
})
