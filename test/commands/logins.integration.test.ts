import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeKey } from '../transport/helpers/keys.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type TestUser, testUser } from '../transport/helpers/test-user.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
let sshds: RealSshd[]
let user: TestUser

beforeAll(async () => {
  cli = builtCli()
  sshds = [await realSshd(), await realSshd()]
  user = testUser('(ALL) ALL')
})
afterAll(() => {
  for (const sshd of sshds) sshd.stop()
  user.remove()
  cli.remove()
})

/** Writes an inventory of a driver and a worker, each with its own sshd. */
function inventory(vars: string, hostVars: (sshd: RealSshd) => string = () => ''): void {
  const line = (name: string, sshd: RealSshd) =>
    `${name} ansible_host=127.0.0.1 ansible_port=${sshd.port} ${hostVars(sshd)}`
  const [first, second] = sshds as [RealSshd, RealSshd]
  cli.write(
    'inv.toml',
    `${line('d1', first)}\n${line('w1', second)}\n[driver]\nd1\n[worker]\nw1\n[all:vars]\nconvect_token=a-long-secret\n${vars}`,
  )
}
const known = () => join(cli.folder, 'known_hosts')
const keyOf = ({ keyFiles }: { keyFiles: readonly string[] }) => `ansible_ssh_private_key_file=${keyFiles[0]}`
const asRoot = (args = '') =>
  inventory(
    `ansible_user=root\nansible_ssh_common_args=-F none -o UserKnownHostsFile=${known()} ${args}\n`,
    (sshd) => keyOf(sshd.target()),
  )

describe('ping --enroll', () => {
  beforeEach(() => {
    cli.write('known_hosts', '')
    asRoot()
  })
  test('shows all new keys in one table, adds them after one yes, and does not ask again', async () => {
    const first = await cli.run(['ping', '--enroll'], { input: 'maybe\nyes\n' })
    for (const { hostKey, port } of sshds) {
      expect(first.stderr).toMatch(
        new RegExp(`127\\.0\\.0\\.1:${port} +ssh-ed25519 +${literal(hostKey.fingerprint)}`),
      )
      expect(readFileSync(known(), 'utf8')).toContain(`[127.0.0.1]:${port} ${hostKey.line}\n`)
    }
    expect(first.stderr.match(/\? yes \/ no: /g)).toHaveLength(2)
    expect(first.stderr).toContain("Type 'yes' or 'no'.")
    expect(first.stderr).toContain(`\n2 host keys kept in ${known()}.\n`)
    expect(first.stdout).toMatch(/^d1 +OK .*\nw1 +OK /)
    expect(first.code).toBe(0)
    const again = await cli.run(['ping', '--enroll'])
    expect(again).toMatchObject({ code: 0, stderr: '' })
  })
  test('adds nothing after a no', async () => {
    const { code, stderr } = await cli.run(['ping', '--enroll'], { input: 'no\n' })
    expect(stderr).toContain('NOT_CONFIRMED')
    expect(code).toBe(2)
    expect(readFileSync(known(), 'utf8')).toBe('')
  })
  test('adds nothing and names the option when nobody answers', async () => {
    const { code, stderr } = await cli.run(['ping', '--enroll'])
    expect(stderr).toContain('→ answer it, or use --accept-new-host-keys')
    expect(code).toBe(2)
    expect(readFileSync(known(), 'utf8')).toBe('')
  })
  test('never accepts a changed key; shows both fingerprints and what to do', async () => {
    const [first, second] = sshds as [RealSshd, RealSshd]
    cli.write('known_hosts', `[127.0.0.1]:${first.port} ${second.hostKey.line}\n`)
    const { code, stdout, stderr } = await cli.run(['ping', '--enroll'], { input: 'yes\n' })
    expect(stderr).toContain(first.hostKey.fingerprint)
    expect(stderr).toContain(`on file: ${second.hostKey.fingerprint}`)
    expect(stderr).toContain(`ssh-keygen -f ${known()} -R '[127.0.0.1]:${first.port}'`)
    expect(stdout).toMatch(/^w1 +OK /m)
    expect(code).toBe(5)
  })
})

test('refuses an unknown key and names the command that adds it', async () => {
  cli.write('known_hosts', '')
  asRoot()
  const { code, stderr } = await cli.run(['ping'])
  expect(stderr).toContain('convecthub ping --enroll')
  expect(code).toBe(5)
})

test("follows ssh's configuration: HostName, Port, ProxyJump, IdentityFile, HostKeyAlias", async () => {
  const [inner, gate] = sshds as [RealSshd, RealSshd]
  cli.write('known_hosts', `d1-key ${inner.hostKey.line}\n[127.0.0.1]:${gate.port} ${gate.hostKey.line}\n`)
  const config = cli.write(
    'ssh_config',
    `Host d1.lan
  HostName 127.0.0.1
  Port ${inner.port}
  IdentityFile ${inner.target().keyFiles[0]}
  HostKeyAlias d1-key
  ProxyJump gate
Host gate
  HostName 127.0.0.1
  Port ${gate.port}
  IdentityFile ${gate.target().keyFiles[0]}
Host *
  User root
  UserKnownHostsFile ${known()}
`,
  )
  cli.write(
    'inv.toml',
    `d1 ansible_host=d1.lan\n[driver]\nd1\n[all:vars]\nconvect_token=a-long-secret\nansible_ssh_common_args=-F ${config}\n`,
  )
  const { code, stdout } = await cli.run(['ping'])
  expect(stdout).toMatch(/^d1 +OK /)
  expect(code).toBe(0)
})

test("names an unsupported option of ssh's configuration with its line", async () => {
  const config = cli.write('odd_config', 'Host *\n  User root\n  CertificateFile ~/.ssh/cert\n')
  inventory(`ansible_ssh_common_args=-F ${config}\n`)
  const { code, stderr } = await cli.run(['ping'])
  expect(stderr).toContain(`${config}:3`)
  expect(stderr).toContain('CertificateFile')
  expect(code).toBe(4)
})

test('asks for the passphrase of a key once for all hosts', async () => {
  const locked = join(cli.folder, 'locked')
  const { line } = makeKey(locked, 'ed25519', 'a phrase')
  for (const sshd of sshds) {
    const file = join(sshd.folder, 'authorized_keys')
    sshd.write('authorized_keys', `${readFileSync(file, 'utf8')}${line}\n`)
  }
  inventory(
    `ansible_user=root\nansible_ssh_private_key_file=${locked}\nansible_ssh_common_args=-F none -o StrictHostKeyChecking=no\n`,
  )
  const { code, stdout, stderr } = await cli.run(['ping'], { input: 'a phrase\n' })
  expect(stderr.match(/passphrase of/g)).toHaveLength(1)
  expect(stdout).toMatch(/^d1 +OK .*\nw1 +OK /)
  expect(code).toBe(0)
  const silent = await cli.run(['ping'])
  expect(silent.stderr).toContain('KEY_ENCRYPTED')
  expect(silent.code).toBe(4)
})

test('uses the ssh password from -k for sudo when the answer to -K is empty', async () => {
  inventory(`ansible_user=${user.name}\nansible_ssh_common_args=-F none -o StrictHostKeyChecking=no\n`)
  const { code, stdout, stderr } = await cli.run(['ping', '-k', '-K'], { input: `${user.password}\n\n` })
  expect(stderr).toBe('ssh password: \nsudo password (that of ssh): \n')
  expect(stdout).toMatch(new RegExp(`^d1 +OK .*${user.name}, sudo with password\\nw1 +OK `))
  expect(code).toBe(0)
  expect(stdout + stderr).not.toContain(user.password)
})

function literal(text: string): string {
  return text.replaceAll(/[+/.]/g, '\\$&')
}
