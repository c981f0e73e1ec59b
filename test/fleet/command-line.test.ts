import { expect, it } from 'vitest'
import { commandLine } from '../../src/fleet/command-line.ts'

const line = (...extraVars: string[]) => commandLine('provision', { color: true, extraVars })

it.each([
  ['http_port=8080', '-e http_port=8080'],
  ['http_port=8080 my_iface=eth1', "-e 'http_port=8080 my_iface=eth1'"],
  ['@vars.yml', '-e @vars.yml'],
  ['ansible_user=bob', '-e ansible_user=bob'],
  ['{"http_port": 8080}', `-e '{"http_port": 8080}'`],
])('prints -e %s unchanged', (text, shown) => {
  expect(line(text)).toBe(`convecthub provision ${shown}`)
})

it('keeps --no-relay, --ignore-preflight and --insecure-hub', () => {
  const options = { color: true, relay: false, ignorePreflight: ['cpu', 'memory'], insecureHub: true }
  expect(commandLine('provision', options)).toBe(
    'convecthub provision --no-relay --ignore-preflight cpu,memory --insecure-hub',
  )
})

it.each([
  'ansible_become_pass=hunter2',
  'x=1 ansible_become_pass=hunter2',
  "ansible_become_pass='hunter2' http_port=80",
  'convect_token=hunter2hunter2',
  '{"ansible_become_pass":"hunter2"}',
  '{"http_port": 80, "nested": {"key": "hunter2"}}',
  'http_port=80\nansible_password="hunter2"',
  'ansible_ssh_common_args=\'-o ProxyCommand="sshpass -p hunter2 ssh x"\'',
  'my_own=hunter2',
  'hunter2',
  '{hunter2',
  '- hunter2',
])('masks a value that may be secret: -e %j', (text) => {
  expect(line(text)).not.toContain('hunter2')
  expect(line(text)).toContain('***')
})

it('keeps the names of secrets, and other values', () => {
  expect(line('http_port=80 ansible_become_pass=hunter2')).toBe(
    `convecthub provision -e 'http_port="80" ansible_become_pass=***'`,
  )
  expect(line('{"http_port": 80, "ansible_password": "hunter2"}')).toBe(
    `convecthub provision -e '{"http_port":80,"ansible_password":"***"}'`,
  )
})
