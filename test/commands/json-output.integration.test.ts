import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
let sshd: RealSshd
beforeAll(async () => {
  cli = builtCli()
  sshd = await realSshd()
  const { keyFiles, knownHostsFiles } = sshd.target()
  const login = `ansible_user=root\nansible_ssh_private_key_file=${keyFiles[0]}\nansible_ssh_common_args=-F none -o UserKnownHostsFile=${knownHostsFiles[0]}`
  const host = (name: string, port: number) => `${name} ansible_host=127.0.0.1 ansible_port=${port}\n`
  cli.write('one.ini', `${host('web1', sshd.port)}[all:vars]\n${login}\n`)
  cli.write('two.ini', `${host('web1', sshd.port)}${host('web2', 9)}[all:vars]\n${login}\n`)
  cli.write('wrong.ini', '[driver]\nd1 ansible_port=ssh\n[worker]\nd1\n')
  cli.write('folder/empty', '')
  const token = 'convect_token=0123456789abcdef0123456789abcdef'
  const cluster = (port: number, more: string) =>
    `${host('d1', port)}${host('w1', sshd.port)}[driver]\nd1\n[worker]\nw1\n[all:vars]\n${more}\n${token}\n`
  cli.write('no-driver.ini', cluster(9, login))
  cli.write('refused.ini', cluster(sshd.port + 1, login.replace('ansible_user=root', 'ansible_user=nobody')))
})
afterAll(() => {
  sshd?.stop()
  cli?.remove()
})

test.each([
  {
    args: ['ping', '-i', 'one.ini'],
    exit: 0,
    kinds: ['run', 'connecting', 'connected', 'planned', 'summary'],
  },
  { args: ['ping', '-i', 'two.ini'], exit: 5, kinds: ['host-failed', 'summary'] },
  { args: ['ping', '-i', 'nowhere'], exit: 3, kinds: ['error', 'summary'] },
  { args: ['provision', '-i', 'wrong.ini'], exit: 3, kinds: ['error', 'summary'] },
  { args: ['status', '-i', 'wrong.ini'], exit: 3, kinds: ['error', 'summary'] },
  { args: ['reset', '-i', 'wrong.ini', '--check'], exit: 3, kinds: ['error', 'summary'] },
  { args: ['hub', 'password', '-i', 'wrong.ini'], exit: 3, kinds: ['error', 'summary'] },
  { args: ['inventory', 'check', '-i', 'wrong.ini'], exit: 3, kinds: ['error', 'summary'] },
  { args: ['bundle', 'verify', 'folder'], exit: 4, kinds: ['error', 'summary'] },
  { args: ['bundle', 'lock', 'folder', '--k3s', 'v1.34.1+k3s1'], exit: 4, kinds: ['error', 'summary'] },
  { args: ['status', '-i', 'no-driver.ini', '--limit', 'w1'], exit: 8, kinds: ['run', 'summary'] },
  { args: ['reset', '-i', 'refused.ini', '--limit', 'w1', '--yes'], exit: 5, kinds: ['error', 'summary'] },
  { args: ['ping', '--limti', 'x'], exit: 2, kinds: ['error', 'summary'] },
  { args: ['pign'], exit: 2, kinds: ['error', 'summary'] },
])(
  '$args: each line follows the schema, and the summary with exit $exit is last',
  async ({ args, exit, kinds }) => {
    const { code, stdout } = await cli.run([...args, '--output', 'json'])
    const events = jsonLines(stdout)
    expect(code).toBe(exit)
    expect(events.at(-1)).toMatchObject({ ok: exit === 0, exit })
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(kinds))
  },
)
