import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type TestUser, testUser } from '../transport/helpers/test-user.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
let sshd: RealSshd
beforeAll(async () => {
  cli = builtCli()
  sshd = await realSshd()
})
afterAll(() => {
  sshd?.stop()
  cli?.remove()
})

/** Writes an inventory of `hosts` with their variables. They use the test's sshd unless they set ansible_port. */
function inventory(hosts: Readonly<Record<string, string>>, more = ''): void {
  const { keyFiles, knownHostsFiles } = sshd.target()
  const lines = Object.entries(hosts).map(
    ([name, vars]) => `${name} ${/ansible_port/.test(vars) ? '' : `ansible_port=${sshd.port} `}${vars}`,
  )
  const login = `ansible_user=root\nansible_ssh_private_key_file=${keyFiles[0]}\nansible_ssh_common_args=-F none -o UserKnownHostsFile=${knownHostsFiles[0]}`
  cli.write('inv.ini', `${lines.join('\n')}\n${more}\n[all:vars]\n${login}\n`)
}
const HERE = 'ansible_host=127.0.0.1'
const GONE = 'ansible_host=127.0.0.1 ansible_port=9'
const ping = (...args: string[]) => cli.run(['ping', '-i', 'inv.ini', ...args])

describe('any inventory', () => {
  test('reaches hosts without a role or a token; notes say what provision would need', async () => {
    inventory({ web1: HERE, web2: HERE, web_3: HERE }, '[web]\nweb1\nweb2')
    const { code, stdout, stderr } = await ping()
    expect(stdout).toMatch(/^web1 +OK .*\nweb2 +OK .*\nweb_3 +OK .*\n3 hosts OK\.\n$/)
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^note inv\.ini:1:1: web1 is in none of the groups driver and worker, and 2 more \[NO_ROLE\]\n {6}→ before provision: put it/m,
    )
    expect(stderr).toMatch(/^note no host is in the group `driver`/m)
    expect(stderr).not.toMatch(/error|warning/)
    expect(stderr.split('\n').every((line) => /^($|note | {6}→ before provision: )/.test(line))).toBe(true)
  })

  test('accepts a cluster without a token', async () => {
    inventory({ d1: HERE, w1: HERE }, '[driver]\nd1\n[worker]\nw1')
    const { code, stderr } = await ping()
    expect(stderr).toMatch(
      /^note .*convect_token: a shared secret for the cluster is needed \[BAD_VALUE\]\n {6}→ before provision: /m,
    )
    expect(code).toBe(0)
  })

  test('prints one note per kind of wrong value', async () => {
    inventory({ d1: `${HERE} has_gpu=maybe`, w1: `${HERE} has_gpu=perhaps` }, '[driver]\nd1\n[worker]\nw1')
    const { code, stderr } = await ping()
    expect(stderr).toMatch(/^note .*convect_token: .* is needed .*\n.*before provision: .*convect_token/m)
    expect(stderr).toMatch(/^note .*has_gpu=maybe: .*, and 1 more .*\n.*before provision: .*has_gpu/m)
    expect(code).toBe(0)
  })

  test.each(['plan', 'provision', 'status', 'reset'])('is refused by %s', async (verb) => {
    inventory({ web1: GONE })
    const { code, stdout, stderr } = await cli.run([verb, '-i', 'inv.ini'])
    expect(stderr).toMatch(/NO_ROLE/)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  test('is refused when a port is wrong or when there is no host', async () => {
    inventory({ web1: HERE, web2: 'ansible_host=127.0.0.1 ansible_port=x' })
    const wrong = await ping()
    expect(wrong.stderr).toMatch(/inv\.ini:2:.*not a port/)
    expect(wrong).toMatchObject({ code: 3, stdout: '' })
    cli.write('inv.ini', '[web]\n')
    expect(await ping()).toMatchObject({ code: 3, stderr: expect.stringContaining('NO_HOSTS') })
  })

  test('can be limited with --limit', async () => {
    inventory({ web1: HERE, web2: GONE }, '[web]\nweb1')
    const { code, stdout } = await ping('--limit', 'web')
    expect(stdout).toMatch(/^web1 +OK .*\n1 host OK\.\n$/)
    expect(code).toBe(0)
  })

  test('prints only JSON to stdout with --output json', async () => {
    inventory({ web1: HERE })
    const { code, stdout } = await ping('--output', 'json')
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.at(-1)).toMatchObject({ event: 'summary', ok: true })
    expect(code).toBe(0)
  })
})

describe('sudo', () => {
  const users: TestUser[] = []
  afterAll(() => {
    for (const user of users) user.remove()
  })

  test.each([
    { rule: '(ALL) ALL', password: true, says: 'sudo with password' },
    { rule: '(ALL) NOPASSWD: ALL', password: true, says: 'sudo without password' },
    { rule: '(ALL) NOPASSWD: ALL', password: false, says: 'sudo without password' },
  ])('is shown as it was: $rule, a password is given: $password', async ({ rule, password, says }) => {
    const user = testUser(rule)
    users.push(user)
    const become = password ? ` ansible_become_password='${user.password}'` : ''
    inventory({ web1: `${HERE} ansible_user=${user.name}${become}` })
    const { code, stdout } = await ping()
    expect(stdout).toMatch(new RegExp(`^web1 +OK .* ${user.name}, ${says}\n1 host OK\\.\n$`))
    expect(code).toBe(0)
  })
})

describe('hosts that fail', () => {
  test('are each reported once, then counted, with the command that pings them again', async () => {
    inventory({ web1: HERE, web2: GONE, web3: HERE, web4: GONE })
    const { code, stdout, stderr } = await ping()
    expect(stderr).toContain(
      '\n\nerror connect, 2 hosts: nothing listens on 127.0.0.1:9 (connection refused) [UNREACHABLE]\n' +
        '      | web2, web4\n      → is sshd running, and is 9 its port?\n',
    )
    expect(stdout).toMatch(/^web1 +OK .*\nweb3 +OK .*\n2 of 4 hosts OK\.\n/)
    expect(stdout.split('\n').slice(3)).toEqual([
      'Failed: web2, web4 (nothing listens on 127.0.0.1:9 (connection refused))',
      'Ask them again: convecthub ping -i inv.ini --limit web2,web4',
      '',
    ])
    expect(code).toBe(5)
  })

  test('need no --limit in that command when all hosts failed', async () => {
    inventory({ web1: GONE })
    const { code, stdout } = await ping()
    expect(stdout).toContain('0 of 1 host OK.\nFailed: web1 (')
    expect(stdout).toContain('\nAsk them again: convecthub ping -i inv.ini\n')
    expect(code).toBe(5)
  })
})
