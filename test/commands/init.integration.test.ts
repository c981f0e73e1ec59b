import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
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

/** Runs `init` with a new file. */
const init = (args: readonly string[], options: Parameters<BuiltCli['run']>[1] = {}) => {
  file = join(cli.folder, `inv-${count}.toml`)
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
  expect(stdout).toBe(`${file} written. Next: convecthub ping -i ${file}\n`)
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
  const kept = cli.write(`inv-${count}.toml`, 'convect_token=old-secret-1\n')
  const refused = await init(['--host', `d1=${NOBODY}`, '--yes'])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('FILE_EXISTS')
  expect(readFileSync(kept, 'utf8')).toBe('convect_token=old-secret-1\n')
  expect((await init(['--host', `d1=${NOBODY}`, '--yes', '--force'])).code).toBe(0)
  expect(text()).toContain('\nconvect_token=old-secret-1\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
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
  expect(stderr).toContain('Address of machine 4')
  expect(code).toBe(0)
  const lines = text().split('\n')
  expect(lines).toContain('driver1 ansible_host=127.0.0.1 ansible_port=1')
  expect(lines).toContain('lead ansible_host=127.0.0.1 ansible_port=2 has_gpu=true')
  expect(lines).toContain('worker1 ansible_host=127.0.0.1 ansible_port=3')
  expect(text()).toContain('[driver]\ndriver1\nlead\n')
  expect(lines).toContain('ansible_user=ops')
  expect((await check()).code).toBe(0)
})

test('repeats a question after a wrong answer', async () => {
  const answers = ['a b', NOBODY, 'boss', 'driver', 'd_1', 'all', 'd1', 'maybe', 'no', '', '', '', '']
  const { code, stderr } = await init([], { input: `${answers.join('\n')}\n` })
  expect(code).toBe(0)
  expect(stderr).toContain("'boss' is no role")
  expect(stderr).toContain('all is taken')
  expect(text().split('\n')).toContain('d1 ansible_host=127.0.0.1 ansible_port=1')
})

describe('writes nothing', () => {
  test.each([
    [['--yes'], '', 2, 'NO_MACHINES'],
    [[], '\n', 2, 'NO_MACHINES'],
    [[], '10.0.0.1\n', 2, 'NO_ANSWER'],
    [['--host', `d1=${NOBODY}`], '\n\nno\n', 2, 'NOT_CONFIRMED'],
    [['--host', 'd1', '--yes'], '', 2, 'a name and an address are needed'],
    [['--host', 'd1=10.0.0.1,boss', '--yes'], '', 2, "'boss' is no role"],
    [['--host', 'd1=10.0.0.1:99999', '--yes'], '', 2, '99999 is no port'],
    [['--host', 'd1=a b', '--yes'], '', 2, 'USAGE'],
    [['--host', 'd1=10.0.0.1', '--host', 'd1=10.0.0.2', '--yes'], '', 2, 'two machines are called d1'],
    [['--host', 'd1=10.0.0.1', '--host', 'd2=10.0.0.1', '--yes'], '', 3, 'SAME_ADDRESS'],
    [['--host', 'd_1=10.0.0.1', '--yes'], '', 3, 'BAD_NAME'],
    [['--host', 'w1=10.0.0.1,worker', '--yes'], '', 3, 'NO_DRIVER'],
    [['--host', 'driver=10.0.0.1', '--yes'], '', 3, 'INVENTORY_NAME_CLASH'],
    [['--host', `d1=${NOBODY}`, '--key', 'nowhere', '--yes'], '', 4, 'KEY_FILE'],
  ])('%j', async (args, input, code, message) => {
    const result = await init(args, { input })
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(existsSync(file)).toBe(false)
  })
})

const SSHD = process.getuid?.() === 0 && existsSync('/usr/sbin/sshd')

describe.skipIf(!SSHD)('with a reachable machine', () => {
  let sshd: RealSshd
  beforeAll(async () => {
    sshd = await realSshd()
  })
  afterAll(() => sshd.stop())
  const args = (...more: string[]) => [
    ...['--host', `d1=127.0.0.1:${sshd.port},gpu`, '--host', `w1=${NOBODY}`],
    ...['--user', 'root', '--key', String(sshd.target().keyFiles[0]), '--yes', ...more],
  ]

  test('records what it finds there', async () => {
    const { code, stderr } = await init(args('--accept-new-host-keys'))
    expect(code).toBe(0)
    expect(stderr).toMatch(/^d1 +driver +127\.0\.0\.1 .*core/m)
    expect(text()).toMatch(/# .*\d+ cores?, \d+ GB.*\n(# No NVIDIA card was seen on it\.\n)?d1 /)
    expect(text()).not.toContain('my_iface=lo')
    expect(text()).toMatch(/# Could not be looked at .*\nw1 /)
    expect((await check()).stdout).toBe('2 hosts, 2 groups: nothing wrong\n')
  })
  test('does not inspect it when its host key is unknown', async () => {
    const env = { HOME: join(cli.folder, 'nobody') }
    const { code, stderr } = await init(args(), { env })
    expect(code).toBe(0)
    expect(stderr).toContain('HOST_KEY_UNKNOWN')
    expect(text()).toMatch(/# Could not be looked at .*host key is not known.*\nd1 /)
  })
})
