import { expect, test } from 'vitest'
import { ansibleConfig } from '../../src/inventory/ansible-config.ts'
import { problemsOf } from './cases-support.ts'
import { memoryFiles } from './memory-files.ts'

const CONFIG = `[defaults]
inventory = hosts.ini, ~/more   ; both
remote_user = ubuntu
private_key_file = ~/.ssh/id_ed25519
forks = 20
timeout=30
host_key_checking = False
[ssh_connection]
ssh_args = -o ControlMaster=auto -o ControlPersist=60s
[privilege_escalation]
become = true
become_user = root
`
const read = (contents: Record<string, string>, env: Record<string, string> = {}, writable = false) =>
  ansibleConfig({
    cwd: '/w',
    home: '/home/ann',
    env,
    files: {
      ...memoryFiles(contents),
      doubtful: (path) => (writable && path.startsWith('/w/') ? 'anybody may write' : undefined),
    },
  })

test('reads the settings with their lines', () => {
  expect(read({ '/w/ansible.cfg': CONFIG })).toEqual({
    inventory: ['/w/hosts.ini', '/home/ann/more'],
    remoteUser: 'ubuntu',
    privateKeyFile: '/home/ann/.ssh/id_ed25519',
    forks: 20,
    timeout: 30,
    hostKeyChecking: false,
    sshArgs: ['-o', 'ControlMaster=auto', '-o', 'ControlPersist=60s'],
    becomeUser: 'root',
    origins: expect.objectContaining({
      ssh_args: { file: '/w/ansible.cfg', line: 9 },
      become_user: { file: '/w/ansible.cfg', line: 12 },
    }),
  })
})

test('searches the same places as Ansible, in the same order', () => {
  const forks = '[defaults]\nforks = 1\n'
  const contents = {
    '/x/ansible.cfg': forks,
    '/w/my.cfg': forks,
    '/w/ansible.cfg': forks,
    '/home/ann/.ansible.cfg': forks,
    '/etc/ansible/ansible.cfg': forks,
  }
  expect(read(contents, { ANSIBLE_CONFIG: 'my.cfg' })?.origins.forks?.file).toBe('/w/my.cfg')
  expect(read(contents, { ANSIBLE_CONFIG: '/x' })?.origins.forks?.file).toBe('/x/ansible.cfg')
  expect(read(contents, { ANSIBLE_CONFIG: '/nope' })?.origins.forks?.file).toBe('/w/ansible.cfg')
  expect(read(contents)?.origins.forks?.file).toBe('/w/ansible.cfg')
  expect(read(contents, {}, true)?.origins.forks?.file).toBe('/home/ann/.ansible.cfg')
  expect(read({ '/etc/ansible/ansible.cfg': forks })?.origins.forks?.file).toBe('/etc/ansible/ansible.cfg')
  expect(read({})).toBeUndefined()
})

test('reports all values of the wrong kind', () => {
  expect(
    problemsOf(() => read({ '/w/ansible.cfg': '[defaults]\nforks = many\nhost_key_checking=maybe\n' })),
  ).toEqual(['INVENTORY_ANSIBLE_CONFIG /w/ansible.cfg:2', 'INVENTORY_ANSIBLE_CONFIG /w/ansible.cfg:3'])
})
