import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTarget, type TargetOptions, withPasswords } from '../../src/fleet/make-target.ts'
import { ansibleConfig } from '../../src/inventory/ansible-config.ts'
import type { Host } from '../../src/inventory/inventory.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { connectionSettings } from '../../src/inventory/vars/connection-settings.ts'
import { Secret } from '../../src/secret.ts'
import { problemsOf } from '../inventory/cases-support.ts'
import { memoryFiles } from '../inventory/memory-files.ts'

const target = (line: string, config = '', options: TargetOptions = {}) => {
  const files = memoryFiles({ '/w/inv': line, '/w/ansible.cfg': config })
  const { hosts } = loadInventory({ cwd: '/w', sources: ['inv'], files })
  const cfg = ansibleConfig({ cwd: '/w', home: '/home/ann', env: {}, files })
  const settings = connectionSettings(hosts.get('h1') as Host)
  const made = makeTarget('h1', settings, options, cfg, (_host, given) => given)
  return withPasswords(made, { become: new Secret('s') })
}
const defaults = (lines: string) => `[defaults]\n${lines}\n`
const ssh = (lines: string) => `[ssh_connection]\n${lines}\n`

test('has defaults for everything', () => {
  expect(target('h1')).toMatchObject({
    address: 'h1',
    port: 22,
    user: userInfo().username,
    keyFiles: [],
    hostKeyChecking: 'yes',
    connectTimeoutMs: 10_000,
  })
})

test.each([
  ['remote_user', 'h1', defaults('remote_user = ann'), { user: 'ann' }],
  [
    'ansible_user overrides remote_user',
    'h1 ansible_user=bob',
    defaults('remote_user = ann'),
    { user: 'bob' },
  ],
  [
    'ssh_args override variables',
    'h1 ansible_user=bob ansible_port=1',
    ssh('ssh_args = -l eve -p 2'),
    { user: 'eve', port: 2 },
  ],
  [
    'ansible_ssh_args replace ssh_args',
    'h1 ansible_ssh_args="-p 3"',
    ssh('ssh_args = -l eve -p 2'),
    { user: userInfo().username, port: 3 },
  ],
  [
    'common arguments override nothing',
    'h1 ansible_ssh_common_args="-l eve -p 5"',
    defaults('remote_user = ann'),
    { user: 'ann', port: 5 },
  ],
  [
    'common arguments of the host replace those of ansible.cfg',
    'h1 ansible_ssh_common_args=""',
    ssh('ssh_common_args = -p 5'),
    { port: 22 },
  ],
  ['private_key_file', 'h1', defaults('private_key_file = ~/k'), { keyFiles: ['/home/ann/k'] }],
  [
    'the key of the host overrides private_key_file',
    'h1 ansible_ssh_private_key_file=~/own',
    defaults('private_key_file = k'),
    { keyFiles: [join(homedir(), 'own')] },
  ],
  ['timeout', 'h1', defaults('timeout = 30'), { connectTimeoutMs: 30_000 }],
  ['a timeout of 0 means the default', 'h1', defaults('timeout = 0'), { connectTimeoutMs: 10_000 }],
  ['host_key_checking', 'h1', defaults('host_key_checking = False'), { hostKeyChecking: 'no' }],
  [
    'ansible_host_key_checking overrides host_key_checking',
    'h1 ansible_host_key_checking=True',
    defaults('host_key_checking = False'),
    { hostKeyChecking: 'yes' },
  ],
  ['harmless ssh_args', 'h1', ssh('ssh_args = -C -o ControlMaster=auto -o ControlPersist=60s'), { port: 22 }],
  ['sudo to root', 'h1', '[privilege_escalation]\nbecome_user = root\nbecome_method=sudo\n', { port: 22 }],
])('%s', (_, line, config, expected) => expect(target(line, config)).toMatchObject(expected))

test.each([
  ['bastion:', { address: 'bastion', port: 22 }],
  ['ann@[::1]:24', { address: '::1', port: 24, user: 'ann' }],
  ['ssh://ann@bastion:/', { address: 'bastion', port: 22, user: 'ann' }],
])('goes through the jump host %s', (jump, expected) =>
  expect(target(`h1 ansible_ssh_common_args="-J ${jump}"`).jumps).toMatchObject([expected]),
)

test.each([
  ['h1 ansible_become_user=app', ''],
  ['h1', '[privilege_escalation]\nbecome_user = app\n'],
])('accepts any become user when root is not needed: %s %j', (line, config) =>
  expect(target(line, config, { anyUser: true }).becomeUser).toBe('app'),
)

test('command-line options override the rest', () => {
  const config = defaults('timeout = 30\nhost_key_checking = False')
  expect(target('h1', config, { timeout: 5, acceptNewHostKeys: true })).toMatchObject({
    connectTimeoutMs: 5000,
    hostKeyChecking: 'accept-new',
  })
})

test.each([
  ['h1 ansible_become_method=su', '', 'BECOME inv:1:4'],
  ['h1', ssh('ssh_extra_args = -J gate -W x:1'), 'SSH_OPTION /w/ansible.cfg:2'],
  ['h1', '[privilege_escalation]\nbecome_method = su\n', 'BECOME /w/ansible.cfg:2'],
  ['h1', '[privilege_escalation]\nbecome_user = app\n', 'BECOME /w/ansible.cfg:2'],
  ['h1 ansible_become_user=app', '', 'BECOME inv:1:4'],
])('refuses %s with ansible.cfg %j', (line, config, expected) =>
  expect(problemsOf(() => target(line, config))).toEqual([expected]),
)
