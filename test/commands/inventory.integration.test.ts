import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CASES, squeeze } from '../inventory/cases-support.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

const GOOD = `d1 ansible_host=10.0.0.1
w1 ansible_host=10.0.0.2 has_gpu=true
[driver]
d1
[worker]
w1
[all:vars]
convect_token=a-long-secret
`
let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
  cli.write('inv.toml', GOOD)
})
afterAll(() => cli.remove())

describe('listings', () => {
  test('--list', async () => {
    const { code, stdout } = await cli.run(['inventory', '--list'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).driver).toEqual({ hosts: ['d1'] })
  })
  test('--list equals the output of ansible-inventory except for white space', async () => {
    const file = join(CASES, '27-precedence.ini')
    const { stdout } = await cli.run(['inventory', '-i', file, '--list'])
    expect(squeeze(stdout)).toBe(squeeze(readFileSync(`${file}.expected.json`, 'utf8')))
  })
  test('--host with -e', async () => {
    const { stdout } = await cli.run(['inventory', '--host', 'w1', '-e', 'x=1.50'])
    expect(JSON.parse(stdout)).toMatchObject({ ansible_host: '10.0.0.2', has_gpu: 'true', x: '1.50' })
  })
  test('--graph --vars', async () => {
    const { stdout } = await cli.run(['inventory', '--graph', '--vars'])
    expect(stdout).toContain('  |--@driver:\n  |  |--d1\n  |  |  |--{ansible_host = 10.0.0.1}\n')
  })
  test('a listing accepts what Ansible silently accepts; other verbs refuse it', async () => {
    cli.write('odd.ini', `${GOOD}[worker]\nw[3:1]\n`)
    const listed = await cli.run(['inventory', '--list', '-i', 'odd.ini'])
    expect(listed.code).toBe(0)
    expect(JSON.parse(listed.stdout).worker).toEqual({ hosts: ['w1'] })
    expect(listed.stderr).toContain('odd.ini:10:1: the host range [3:1] names no host')
    for (const verb of [['inventory', 'check'], ['ping'], ['plan']]) {
      const { code, stdout, stderr } = await cli.run([...verb, '-i', 'odd.ini'])
      expect(`${stdout}${stderr}`).toContain('odd.ini:10:1')
      expect(code).toBe(3)
    }
  })
  test.each([
    [['inventory'], 2, 'USAGE'],
    [['inventory', '--list', '--graph'], 2, 'USAGE'],
    [['inventory', '--host', 'nobody'], 3, 'INVENTORY_NO_HOST'],
    [['inventory', '--list', '-i', 'nowhere'], 3, 'INVENTORY_NOT_FOUND'],
    [['inventory', 'chek'], 2, 'error'],
    [['inventory', '--list', '-e', '***'], 2, '-e: *** only stands for a secret'],
    [['inventory', '--list', '-e', '{"x": "***"}'], 2, '-e: *** only stands for a secret'],
  ])('%j', async (args, code, message) => {
    const result = await cli.run(args)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({ code, stdout: '' })
  })
})

describe('check', () => {
  test('finds nothing wrong in a good inventory', async () => {
    expect(await cli.run(['inventory', 'check'])).toEqual({
      code: 0,
      stdout: '2 hosts, 2 groups: nothing wrong\n',
      stderr: '',
    })
  })
  test('reports all problems in the order of the file, each with a hint', async () => {
    cli.write(
      'bad.ini',
      `${GOOD.replace('d1 ', 'd1 my_ifac=eth0 ')}http_port=x\nansible_port=99999\nmine=1\nconvect_workdir=x y\n`,
    )
    const { code, stdout } = await cli.run(['inventory', 'check', '-i', 'bad.ini'])
    expect(code).toBe(3)
    expect(stdout).toBe(`warning bad.ini:1:4: convecthub does not know the variable my_ifac [UNKNOWN_VARIABLE]
      | d1 my_ifac=eth0 ansible_host=10.0.0.1
      |    ^
      → did you mean my_iface?
error bad.ini:9:1: d1: http_port=x: a port number is needed [BAD_VALUE]
      | http_port=x
      | ^
      → http_port=8080, for example
error bad.ini:10:1: ansible_port is '99999', not a port [INVENTORY_PORT]
      | ansible_port=99999
      | ^
      → a port is a whole number in 1-65535
warning bad.ini:11:1: convecthub does not know the variable mine [UNKNOWN_VARIABLE]
      → take it out if nothing else needs it
error bad.ini:12:1: d1: convect_workdir=x y: an absolute path without blanks is needed [BAD_VALUE]
      | convect_workdir=x y
      | ^
      → convect_workdir=/var/tmp/convecthub, for example
2 hosts, 2 groups: 3 errors, 2 warnings
`)
  })
  test('succeeds when there are only warnings', async () => {
    cli.write('odd.ini', `${GOOD}mine=1\n`)
    const { code, stdout } = await cli.run(['inventory', '-i', 'odd.ini', 'check'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/2 hosts, 2 groups: 1 warning\n$/)
  })
  test('reports all syntax errors', async () => {
    cli.write('broken.ini', 'h1 x="\n[driver\n')
    const { code, stdout } = await cli.run(['inventory', 'check', '-i', 'broken.ini'])
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /^error broken\.ini:1:6: .*\n.*h1 x="\n.* {5}\^\n.*→[\s\S]*error broken\.ini:2:1: .*\n.*\[driver\n/,
    )
  })
  test.each([
    ['ansible_become_method=su', 'convecthub becomes another user by sudo only, not su'],
    ['ansible_become_user=app', 'convecthub must be root on the machines, not app'],
    ['ansible_ssh_args=-4', 'the ssh option -4 is not supported'],
    ['ansible_host_key_checking=maybe', "ansible_host_key_checking is 'maybe'"],
  ])('reports %s once, not for each host', async (line, message) => {
    cli.write('become.ini', `${GOOD}${line}\n`)
    const { code, stdout } = await cli.run(['inventory', 'check', '-i', 'become.ini'])
    expect(code).toBe(3)
    expect(stdout).toContain(message)
    expect(stdout.split(message)).toHaveLength(2)
    expect(stdout).toContain('become.ini:9:1')
  })
  test.each(['ansible_become_method=sudo', 'ansible_become_user=root', 'ansible_host_key_checking=False'])(
    'accepts %s',
    async (line) => {
      cli.write('fine.ini', `${GOOD}${line}\n`)
      expect((await cli.run(['inventory', 'check', '-i', 'fine.ini'])).stdout).toContain('nothing wrong')
    },
  )
})

describe('the vault password', () => {
  let vault: BuiltCli
  let password: string
  const args = (...more: string[]) => ['inventory', '-i', 'inv.ini', '--host', 'h1', ...more]
  beforeAll(() => {
    vault = cli
    const source = join(CASES, 'dirs/c3-vault')
    cpSync(source, join(cli.folder, 'vault'), { recursive: true })
    password = readFileSync(join(source, 'vault-password'), 'utf8').trim()
    cli.write('vault/pass-program', `#!/bin/sh\necho started >>started\necho '${password}'\n`, 0o755)
    cli.write(
      'vault/pass-client.sh',
      `#!/bin/sh\n[ "$*" = '--vault-id default' ] && echo '${password}'\n`,
      0o755,
    )
    cli.write('vault/failing', '#!/bin/sh\nexit 3\n', 0o755)
    cli.write('vault/empty', '\n')
  })
  const run = (more: string[], options: { input?: string; env?: Record<string, string> } = {}) =>
    vault.run(args(...more), { ...options, cwd: join(vault.folder, 'vault') })
  const opened = async (more: string[], options: { input?: string; env?: Record<string, string> } = {}) => {
    const { code, stdout, stderr } = await run(more, options)
    expect(stderr.replace('vault password: \n', '')).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).whole).toBe('from-vault')
  }
  test('comes from a file', () => opened(['--vault-password-file', 'vault-password']))
  test('comes from a program, which runs once', async () => {
    await opened(['--vault-password-file', './pass-program'])
    expect(readFileSync(join(cli.folder, 'vault/started'), 'utf8')).toBe('started\n')
  })
  test('comes from a client program', () => opened(['--vault-password-file', 'pass-client.sh']))
  test('is asked for once', () => opened(['--ask-vault-pass'], { input: `${password}\n` }))
  test('comes from the file that the environment names', () =>
    opened([], { env: { ANSIBLE_VAULT_PASSWORD_FILE: 'vault-password' } }))
  test('comes from the file that ansible.cfg names', async () => {
    const config = cli.write('vault/sub/my.cfg', '[defaults]\nvault_password_file = ../vault-password\n')
    await opened([], { env: { ANSIBLE_CONFIG: config } })
  })
  test('is asked for with ask_vault_pass in ansible.cfg', async () => {
    const config = cli.write('vault/sub/ask.cfg', '[defaults]\nask_vault_pass = yes\n')
    await opened([], { env: { ANSIBLE_CONFIG: config }, input: `${password}\n` })
  })
  test('is used by check as well', async () => {
    const cwd = join(cli.folder, 'vault')
    const { stdout } = await cli.run(
      ['inventory', 'check', '-i', 'inv.ini', '--vault-password-file', 'vault-password'],
      { cwd },
    )
    expect(stdout).not.toContain('vault-password')
    expect(stdout).toContain('NO_DRIVER')
  })
  test.each([
    [[], 3, 'INVENTORY_VAULT_PASSWORD'],
    [['--vault-password-file', 'nowhere'], 4, 'VAULT_PASSWORD_FILE'],
    [['--vault-password-file', 'empty'], 4, 'the password is empty'],
    [['--vault-password-file', './failing'], 4, 'VAULT_PASSWORD_FILE'],
    [['--vault-password-file', 'inv.ini'], 3, 'does not open'],
    [['--vault-password-file', 'vault-password', '--ask-vault-pass'], 2, 'exclude each other'],
    [['--vault-password-file', 'a', '--vault-password-file', 'b'], 2, 'only once'],
    [['--ask-vault-pass'], 2, 'NO_ANSWER'],
  ])('%j', async (more, code, message) => {
    const result = await run(more)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).not.toContain(password)
  })
})

test.each([{ how: [] }, { how: ['--output', 'json'] }])(
  'the error for an unfilled *** does not show the secrets beside it: ping $how',
  async ({ how }) => {
    const { code, stdout, stderr } = await cli.run(['ping', ...how, '-e', 'convect_token=*** my_own=hunter2'])
    expect(`${stdout}${stderr}`).toContain('-e: *** only stands for a secret')
    expect(`${stdout}${stderr}`).not.toContain('hunter2')
    expect(code).toBe(2)
  },
)

describe('ansible.cfg', () => {
  test('names the inventory, unless -i is given', async () => {
    cli.write('cfg/hosts.ini', 'from-cfg\n')
    cli.write('cfg/ansible.cfg', '[defaults]\ninventory = hosts.ini\n')
    cli.write('cfg/inv.toml', 'from-toml\n')
    const cwd = join(cli.folder, 'cfg')
    expect((await cli.run(['inventory', '--graph'], { cwd })).stdout).toContain('--from-cfg')
    expect((await cli.run(['inventory', '--graph', '-i', 'inv.toml'], { cwd })).stdout).toContain('from-toml')
  })
  test('check reports an unsupported become method with its line', async () => {
    const config = cli.write('su.cfg', '[privilege_escalation]\n\nbecome_method = su\n')
    const env = { ANSIBLE_CONFIG: config }
    const { code, stdout } = await cli.run(['inventory', 'check'], { env })
    expect(code).toBe(3)
    expect(stdout).toContain(
      `error ${config}:3: convecthub becomes another user by sudo only, not su [BECOME]`,
    )
    cli.write('own.ini', `${GOOD}ansible_become_method=sudo\n`)
    expect((await cli.run(['inventory', 'check', '-i', 'own.ini'], { env })).code).toBe(0)
  })
  test('check reports an unsupported ssh option', async () => {
    const config = cli.write('ssh.cfg', '[ssh_connection]\nssh_args = -o CertificateFile=c\n')
    const { stdout } = await cli.run(['inventory', 'check'], { env: { ANSIBLE_CONFIG: config } })
    expect(stdout).toContain(`error ${config}:2: the ssh option -o CertificateFile=c is not supported`)
    expect(stdout).toContain('→ take it out of ssh_args')
  })
  test('check refuses invalid group names, unless force_valid_group_names is ignore', async () => {
    cli.write('names.ini', `${GOOD}[gpu-nodes]\nw1\n`)
    const args = ['inventory', 'check', '-i', 'names.ini']
    const refused = await cli.run(args)
    expect(refused.stdout).toContain('names.ini:9:1: the name of the group gpu-nodes')
    expect(refused.code).toBe(3)
    const config = cli.write('names.cfg', '[defaults]\nforce_valid_group_names = ignore\n')
    expect((await cli.run(args, { env: { ANSIBLE_CONFIG: config } })).code).toBe(0)
  })
  test('check reports a wrong value', async () => {
    const config = cli.write('forks.cfg', '[defaults]\nforks = many\n')
    const { code, stdout } = await cli.run(['inventory', 'check'], { env: { ANSIBLE_CONFIG: config } })
    expect(code).toBe(3)
    expect(stdout).toContain(`${config}:2: forks is 'many', not a whole number`)
  })
})
