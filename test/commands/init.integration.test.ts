import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../../src/cluster/variables.ts'
import { makeKey } from '../transport/helpers/keys.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { testUser } from '../transport/helpers/test-user.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
let count = 0
let file: string
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli.remove())
afterEach(() => {
  count += 1
})

/** The folder of this test, which holds nothing but what `init` writes. */
const folder = () => join(cli.folder, `site-${count}`)
const values = () => join(folder(), 'jupyterhub.yaml')
/** Runs `init` with a new file. */
const init = (args: readonly string[], options: Parameters<BuiltCli['run']>[1] = {}) => {
  mkdirSync(folder(), { recursive: true })
  file = join(folder(), 'inv.toml')
  return cli.run(['init', '-i', file, ...args], options)
}
const check = () => cli.run(['inventory', 'check', '-i', file])
const text = () => readFileSync(file, 'utf8')
/** An address without a server. */
const NOBODY = '127.0.0.1:1'

test('writes unreachable machines to the inventory with a comment', async () => {
  const { code, stdout, stderr } = await init([
    '--host',
    `d1=${NOBODY}`,
    '--host',
    'w1=127.0.0.1:2,gpu',
    '--yes',
  ])
  expect(code).toBe(0)
  expect(stdout).toBe(`${file} and ${values()} written. Next: convecthub ping -i ${file}\n`)
  expect(stderr).toContain('UNREACHABLE')
  expect(text()).toMatch(/# Could not be looked at .*\nd1 ansible_host=127\.0\.0\.1 ansible_port=1\n/)
  expect(text()).toMatch(/# Could not be looked at .*\nw1 .* has_gpu=true\n/)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await check()).stdout).toBe('2 hosts, 2 groups: nothing wrong\n')
})

test('generates a new token for each inventory', async () => {
  const tokens = []
  for (let i = 0; i < 2; i += 1) {
    await init(['--host', `d1=${NOBODY}`, '--yes'])
    tokens.push(/^convect_token=([0-9a-f]{48})$/m.exec(text())?.[1])
    count += 1
  }
  expect(tokens[0]).toBeDefined()
  expect(tokens[0]).not.toBe(tokens[1])
})

test('does not overwrite a file without --force, which keeps its token', async () => {
  const kept = cli.write(`site-${count}/inv.toml`, 'convect_token=old-secret-1\n')
  const refused = await init(['--host', `d1=${NOBODY}`, '--yes'])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('FILE_EXISTS')
  expect(readFileSync(kept, 'utf8')).toBe('convect_token=old-secret-1\n')
  expect((await init(['--host', `d1=${NOBODY}`, '--yes', '--force'])).code).toBe(0)
  expect(text()).toContain('\nconvect_token=old-secret-1\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('writes a file for JupyterHub values, and names it in the inventory', async () => {
  await init(['--host', `d1=${NOBODY}`, '--yes'])
  expect(text()).toContain('\njhub_config_path=jupyterhub.yaml\n')
  expect(readFileSync(values(), 'utf8')).toMatch(/^(#.*\n|\n)+$/)
  expect(statSync(values()).mode & 0o777).toBe(0o600)
})

test('keeps a file with JupyterHub values that is there already, and says so', async () => {
  cli.write(`site-${count}/jupyterhub.yaml`, 'cull: {timeout: 60}\n')
  const { code, stdout, stderr } = await init(['--host', `d1=${NOBODY}`], { input: '\n\n\n' })
  expect(code).toBe(0)
  expect(stderr).toContain(`${values()}: is there already and stays as it is`)
  expect(stdout).toContain(`${values()} was there already and is kept`)
  expect(readFileSync(values(), 'utf8')).toBe('cull: {timeout: 60}\n')
})

test('writes an inventory of which every commented setting can be used', async () => {
  await init(['--host', `d1=${NOBODY}`, '--yes'])
  const all = text().replaceAll(/^#(?=\w+=)/gm, '')
  cli.write(`site-${count}/inv.toml`, all)
  for (const name of Object.keys({ ...CLUSTER_VARIABLES.shape, ...HOST_VARIABLES.shape }))
    if (!['my_iface', 'has_gpu'].includes(name)) expect(all).toMatch(new RegExp(`^${name}=.`, 'm'))
  expect(await check()).toMatchObject({ code: 0, stderr: '' })
})

test('gives a machine without a name the name that the questions offer', async () => {
  const hosts = ['127.0.0.1:1', 'driver1=127.0.0.1:2,worker', '[::1]:4', 'localhost:5,driver']
  const { code } = await init([...hosts.flatMap((host) => ['--host', host]), '--yes'])
  expect(code).toBe(0)
  const lines = text().split('\n')
  expect(lines).toContain('worker1 ansible_host=127.0.0.1 ansible_port=1')
  expect(lines).toContain('worker2 ansible_host=::1 ansible_port=4')
  expect(lines).toContain('driver2 ansible_host=localhost ansible_port=5')
})

test('asks for machines interactively', async () => {
  const answers = [
    NOBODY,
    '',
    '',
    '',
    '127.0.0.1:2',
    'master',
    'lead',
    'yes',
    '127.0.0.1:3',
    '',
    '',
    'no',
    '',
  ]
  const { code, stderr } = await init([], { input: [...answers, 'ops', '', 'y', ''].join('\n') })
  expect(stderr).toMatch(/^Answers in \[brackets\] are the defaults; press Enter to take them\.$/m)
  expect(stderr).toContain('Address of machine 4 (Enter when done): ')
  expect(stderr).toContain('SSH user [your own name]: ')
  expect(stderr).toContain("Private key [ssh's defaults]: ")
  expect(stderr).toMatch(/^2 +lead +driver +127\.0\.0\.1:2 +GPU +not reached$/m)
  expect(stderr).toContain(
    '3 machines were not reached: "again" tries them again, "yes" keeps them as they are.\n',
  )
  expect(stderr).toContain('  Role? driver / worker [driver]: ')
  expect(stderr).toContain("SSH user: ops; private key: ssh's defaults")
  expect(stderr).toMatch(/^ +\| lead ansible_host=127\.0\.0\.1 ansible_port=2 has_gpu=true$/m)
  expect(stderr).toContain('| convect_token=***\n')
  expect(stderr).not.toContain(/^convect_token=(.*)$/m.exec(text())?.[1])
  expect(stderr).toContain(`Write ${file} and ${values()}? yes / no [yes]: `)
  expect(code).toBe(0)
  const lines = text().split('\n')
  expect(lines).toContain('driver1 ansible_host=127.0.0.1 ansible_port=1')
  expect(lines).toContain('lead ansible_host=127.0.0.1 ansible_port=2 has_gpu=true')
  expect(lines).toContain('worker1 ansible_host=127.0.0.1 ansible_port=3')
  expect(text()).toContain('[driver]\ndriver1\nlead\n')
  expect(lines).toContain('ansible_user=ops')
  expect((await check()).code).toBe(0)
})

test('repeats only the question that was answered wrongly', async () => {
  const key = join(cli.folder, 'id')
  if (!existsSync(key)) makeKey(key, 'ed25519')
  const answers = ['a b', '10.0.0.256', NOBODY, 'boss', 'driver', 'd_1', 'all', 'd1', 'maybe', 'no', '']
  const more = ['a b', 'ops', '/nowhere/id', cli.folder, `${key}.pub`, key, 'maybe', '']
  const { code, stderr } = await init([], { input: `${[...answers, ...more].join('\n')}\n` })
  expect(code).toBe(0)
  for (const told of [
    "'a b' is not an address",
    "'10.0.0.256' is not an address",
    "'boss' is not a role: driver or worker",
    "'d_1' is not a name for a machine: letters, digits, - and . only",
    'all is taken',
    "'maybe' is not yes, no or detect",
    "'a b' is not a user name",
    '/nowhere/id: no such file',
    `${cli.folder}: it is a folder`,
    "'maybe' is none of these",
  ])
    expect(stderr).toContain(`\n  ${told}\n`)
  expect(stderr).toMatch(/\n {2}.*id\.pub .*: it is a public key → .*\n/)
  expect(text().split('\n')).toContain('d1 ansible_host=127.0.0.1 ansible_port=1')
  expect(text()).toContain(`ansible_user=ops\nansible_ssh_private_key_file=${key}\n`)
})

test('takes corrections of the list before it writes', async () => {
  const hosts = [`d1=${NOBODY}`, 'w1=127.0.0.1:2', 'w2=127.0.0.1:3']
  const corrections = [
    ...['2', '127.0.0.1:22222', '', 'gpu-box', 'yes'],
    ...['w2', '-'],
    ...['add', '127.0.0.1:4', '', '', ''],
    ...['user', 'ops'],
    ...['again', 'yes'],
  ]
  const args = hosts.flatMap((host) => ['--host', host])
  const { code, stderr } = await init(args, { input: `\n\n${corrections.join('\n')}\n` })
  expect(code).toBe(0)
  expect(stderr).toContain('Address of w1, or - to remove it [127.0.0.1:2]: ')
  expect(stderr.match(/^looking at /gm)).toHaveLength(6)
  // the values, which are always the same, are shown once; the inventory each time
  expect(stderr.match(/^ {2}\| #singleuser:$/gm)).toHaveLength(1)
  expect(stderr.match(/^ {2}\| \[driver\]$/gm)).toHaveLength(6)
  const lines = text().split('\n')
  expect(lines).toContain('gpu-box ansible_host=127.0.0.1 ansible_port=22222 has_gpu=true')
  expect(lines).toContain('worker1 ansible_host=127.0.0.1 ansible_port=4')
  expect(lines).toContain('ansible_user=ops')
  expect(text()).not.toMatch(/w[12] ansible_host/)
})

test('tells what the inventory would be refused for, and lets it be corrected', async () => {
  const args = ['--host', `d1=${NOBODY}`, '--host', `w1=${NOBODY}`]
  const { code, stderr } = await init(args, { input: '\n\nyes\n2\n127.0.0.1:2\n\n\n\n\n' })
  expect(code).toBe(0)
  expect(stderr).toContain('SAME_ADDRESS')
  expect(stderr).toContain("\n  'yes' is none of these\n")
  expect(text().split('\n')).toContain('w1 ansible_host=127.0.0.1 ansible_port=2')
})

describe('writes nothing', () => {
  test.each([
    [['--yes'], '', 2, 'NO_MACHINES'],
    [[], '\n', 2, 'NO_MACHINES'],
    [[], '10.0.0.1\n', 2, 'NO_ANSWER'],
    [['--host', `d1=${NOBODY}`], '\n\nno\n', 2, 'NOT_CONFIRMED'],
    [['--host', 'd1=', '--yes'], '', 2, 'an address is needed'],
    [['--host', '=10.0.0.1', '--yes'], '', 2, 'the name is empty'],
    [['--host', 'd1=10.0.0.1,boss', '--yes'], '', 2, "'boss' is not a role"],
    [['--host', 'd1=10.0.0.1:99999', '--yes'], '', 2, '99999 is not a port'],
    [['--host', 'd1=a b', '--yes'], '', 2, "'a b' is not an address"],
    [['--host', 'd1=10.0.0.1', '--user', 'a b'], '', 2, "--user: 'a b' is not a user name"],
    [['--host', 'd1=10.0.0.1', '--host', 'd1=10.0.0.2', '--yes'], '', 2, 'two machines are called d1'],
    [['--host', 'd1=10.0.0.1', '--host', 'd2=10.0.0.1', '--yes'], '', 3, 'SAME_ADDRESS'],
    [['--host', 'd_1=10.0.0.1', '--yes'], '', 3, 'BAD_NAME'],
    [['--host', 'w1=10.0.0.1,worker', '--yes'], '', 3, 'NO_DRIVER'],
    [['--host', 'driver=10.0.0.1', '--yes'], '', 3, 'INVENTORY_NAME_CLASH'],
    [['--host', `d1=${NOBODY}`, '--key', 'nowhere'], '', 4, '--key: nowhere: no such file [KEY_FILE]'],
  ])('%j', async (args, input, code, message) => {
    const result = await init(args, { input })
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(existsSync(file)).toBe(false)
    expect(existsSync(values())).toBe(false)
  })
})

describe('says before any question where it cannot write', () => {
  test.each([
    ['/nodir/x.toml', 'there is no folder /nodir', 'mkdir -p /nodir'],
    ['/etc/passwd/x.toml', 'is not a folder', 'name another place with -i'],
    ['/tmp', 'it is a folder', 'name a file in it: -i /tmp/inv.toml'],
  ])('%s', async (place, why, hint) => {
    const { code, stderr } = await cli.run(['init', '-i', place])
    expect(stderr).toMatch(new RegExp(`^error -i ${place}: .*${why} \\[USAGE\\]\n +→ ${hint}\n$`))
    expect(code).toBe(2)
  })
})

const SSHD = process.getuid?.() === 0 && existsSync('/usr/sbin/sshd')

describe.skipIf(!SSHD)('with a reachable machine', () => {
  let sshd: RealSshd
  beforeAll(async () => {
    sshd = await realSshd()
  })
  afterAll(() => sshd.stop())
  const asked = () => [
    ...['--host', `d1=127.0.0.1:${sshd.port},gpu`, '--host', `w1=${NOBODY}`],
    ...['--user', 'root', '--key', String(sshd.target().keyFiles[0])],
  ]
  const args = (...more: string[]) => [...asked(), '--yes', ...more]

  test('records what it finds there', async () => {
    const { code, stderr } = await init(args('--accept-new-host-keys'))
    expect(code).toBe(0)
    expect(stderr).toMatch(/^1 +d1 +driver +127\.0\.0\.1:\d+ .*core/m)
    expect(text()).toMatch(/# .*\d+ cores?, \d+ GB.*\n(# No NVIDIA card was seen on it\.\n)?d1 /)
    expect(text()).not.toContain('my_iface=lo')
    expect(text()).toMatch(/# Could not be looked at .*\nw1 /)
    expect((await check()).stdout).toBe('2 hosts, 2 groups: nothing wrong\n')
  })
  test('shows an unknown host key and keeps it after one yes, then looks', async () => {
    const env = { HOME: join(folder(), 'home') }
    const { code, stderr } = await init(asked(), { env, input: 'yes\nyes\n' })
    expect(code).toBe(0)
    const shown = `127.0.0.1:${sshd.port}  ssh-ed25519  ${sshd.hostKey.fingerprint}`
    expect(stderr.indexOf(shown)).toBeGreaterThan(-1)
    expect(stderr.indexOf(shown)).toBeLessThan(stderr.indexOf('looking at 2 machines'))
    expect(stderr).toContain('1 host key kept in ')
    expect(readFileSync(join(env.HOME, '.ssh/known_hosts'), 'utf8')).toContain(sshd.hostKey.line)
    expect(text()).toMatch(/# .*\d+ cores?, \d+ GB.*\n(# No NVIDIA card was seen on it\.\n)?d1 /)
  })
  test('shows it as not reached after a no, and asks again when it looks again', async () => {
    const env = { HOME: join(folder(), 'home') }
    const { code, stderr } = await init(asked(), { env, input: 'no\nagain\nyes\nyes\n' })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^1 +d1 .*not reached$/m)
    expect(stderr).toMatch(/^1 +d1 .*core/m)
    expect(stderr).toContain('HOST_KEY_UNKNOWN')
    expect(text()).toMatch(/# .*\d+ cores?, \d+ GB.*\n(# No NVIDIA card was seen on it\.\n)?d1 /)
  })
  test('asks for the passwords again after a machine has refused one', async () => {
    const user = testUser('(ALL) ALL')
    const args = ['--host', `d1=127.0.0.1:${sshd.port},gpu`, '--user', user.name, '-k', '-K']
    const looks = ['wrong', '', 'yes', 'again', user.password, 'wrong', 'again', user.password, '', 'yes']
    try {
      const env = { HOME: join(folder(), 'home') }
      const { code, stderr } = await init(args, { env, input: `\n${looks.join('\n')}\n` })
      expect(stderr.match(/AUTH|SUDO_PASSWORD_WRONG/g)).toEqual(['AUTH', 'SUDO_PASSWORD_WRONG'])
      expect(stderr).toMatch(/^1 +d1 .*core/m)
      expect(code).toBe(0)
    } finally {
      user.remove()
    }
  })
  test('writes nothing when nobody answers for an unknown host key, and names the option', async () => {
    const env = { HOME: join(folder(), 'home') }
    const { code, stderr } = await init(asked(), { env })
    expect(stderr).toContain('→ answer it, or use --accept-new-host-keys')
    expect(stderr.match(/NO_ANSWER/g)).toHaveLength(1)
    expect(code).toBe(2)
    expect(existsSync(file)).toBe(false)
  })
  test('refuses an unknown host key when it may ask nothing, and names the option that takes it', async () => {
    const env = { HOME: join(folder(), 'home') }
    const { code, stderr } = await init(args(), { env })
    expect(stderr).toContain('1 host key is not known here [HOST_KEY_UNKNOWN]')
    expect(stderr).toContain(`127.0.0.1:${sshd.port}  ssh-ed25519  ${sshd.hostKey.fingerprint}`)
    expect(stderr).toContain('--accept-new-host-keys')
    expect(code).toBe(5)
    expect(existsSync(file)).toBe(false)
  })
})
