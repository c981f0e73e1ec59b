import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandLine } from '../../src/fleet/command-line.ts'
import { CASES } from '../inventory/cases-support.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

const SSHD = process.getuid?.() === 0 && existsSync('/usr/sbin/sshd')

describe.skipIf(!SSHD)('a host whose login is configured only in ansible.cfg', () => {
  let cli: BuiltCli
  let sshd: RealSshd
  beforeAll(async () => {
    cli = builtCli()
    sshd = await realSshd()
    cli.write(
      'hosts.ini',
      `d1 ansible_host=127.0.0.1 ansible_port=${sshd.port}\n[driver]\nd1\n[all:vars]\nconvect_token=a-long-secret\n`,
    )
  })
  afterAll(() => {
    sshd.stop()
    cli.remove()
  })
  const config = (lines: string) =>
    cli.write(
      'ansible.cfg',
      `[defaults]\ninventory = hosts.ini\nremote_user = root\nprivate_key_file = ${sshd.target().keyFiles[0]}\n${lines}`,
    )

  test('refuses an unknown host key by default', async () => {
    config('')
    const { code, stderr } = await cli.run(['ping'])
    expect(stderr).toContain('the host key is not known')
    expect(code).toBe(5)
  })
  test('can be reached', async () => {
    config('host_key_checking = False\nforks = 1\ntimeout = 5\n')
    const { code, stdout } = await cli.run(['ping'])
    expect(stdout).toMatch(/^d1 +OK /)
    expect(code).toBe(0)
  })
  test('can be reached with the known_hosts file of ssh_args', async () => {
    config(`[ssh_connection]\nssh_args = -o UserKnownHostsFile=${sshd.folder}/known_hosts -C\n`)
    expect((await cli.run(['ping'])).stdout).toMatch(/^d1 +OK /)
  })
  test('asks for both the sudo password and the vault password', async () => {
    const source = join(CASES, 'dirs/c3-vault')
    const vault = readFileSync(join(source, 'group_vars/all/vault.yml'), 'utf8')
    const password = readFileSync(join(source, 'vault-password'), 'utf8').trim()
    cli.write('group_vars/all/vault.yml', vault)
    config('host_key_checking = False\n')
    const { stdout, stderr } = await cli.run(['ping', '-K', '--ask-vault-pass'], {
      input: `${password}\nsudo-password\n`,
    })
    expect(stderr).toContain('vault password: \n')
    expect(stderr).toContain('sudo password: \n')
    expect(stdout).toMatch(/^d1 +OK /)
    expect(stdout + stderr).not.toContain(password)
  })
  test('asks for the sudo password with become_ask_pass', async () => {
    cpSync(join(cli.folder, 'hosts.ini'), join(cli.folder, 'alone/hosts.ini'))
    config('host_key_checking = False\n[privilege_escalation]\nbecome_ask_pass = True\n')
    cpSync(join(cli.folder, 'ansible.cfg'), join(cli.folder, 'alone/ansible.cfg'))
    const cwd = join(cli.folder, 'alone')
    expect((await cli.run(['ping'], { cwd })).stderr).toContain('NO_ANSWER')
    expect((await cli.run(['ping'], { cwd, input: 'secret\n' })).stdout).toMatch(/^d1 +OK /)
  })
})

test.each([
  [{ askVaultPass: true }, 'convecthub ping --ask-vault-pass'],
  [{ vaultPasswordFile: '/a b' }, "convecthub ping --vault-password-file '/a b'"],
])('keeps %j in the command that continues', (options, expected) =>
  expect(commandLine('ping', { color: true, ...options })).toBe(expected),
)
