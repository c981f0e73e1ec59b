import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Host } from '../../../src/inventory/inventory.ts'
import { loadInventory } from '../../../src/inventory/load-inventory.ts'
import { connectionSettings } from '../../../src/inventory/vars/connection-settings.ts'
import { resolveText } from '../../../src/inventory/vars/resolve-text.ts'
import { problemsOf } from '../cases-support.ts'
import { memoryFiles } from '../memory-files.ts'

function host(text: string, extraVars: string[] = []): Host {
  const files = memoryFiles({ '/w/inv': text })
  const inventory = loadInventory({ cwd: '/w', sources: ['inv'], extraVars, files })
  return inventory.hosts.values().next().value as Host
}
const settings = (text: string, extraVars: string[] = []) => connectionSettings(host(text, extraVars))

describe('connection variables', () => {
  test('without any variables, connects to the host’s name over ssh', () => {
    expect(settings('h1.lan')).toEqual({
      address: 'h1.lan',
      commonArgs: [],
      extraArgs: [],
      connection: 'ssh',
      origins: {},
    })
  })
  test.each([
    ['h1 ansible_host=10.0.0.1', 'address', '10.0.0.1'],
    ['h1 ansible_ssh_host=old ansible_host=new', 'address', 'old'],
    ['h1 ansible_host=[::1]', 'address', '::1'],
    ['h1 ansible_host="[fe80::1%eth0]"', 'address', 'fe80::1%eth0'],
    ['h1 ansible_host=::1', 'address', '::1'],
    ['h1 ansible_host=[h2]', 'address', '[h2]'],
    ['h1:2022', 'port', 2022],
    ['h1:2022 ansible_port=22', 'port', 22],
    ['h1 ansible_port="\'2223\'"', 'port', 2223],
    ['h1 ansible_ssh_port=1 ansible_port=2', 'port', 1],
    ['h1 ansible_user=ann', 'user', 'ann'],
    ['h1 ansible_user=1000', 'user', '1000'],
    ['h1 ansible_user=', 'user', undefined],
    ['h1 ansible_user=None', 'user', undefined],
    ['h1 ansible_user=ann\n[all:vars]\nansible_ssh_user=bob', 'user', 'bob'],
    ['h1 ansible_private_key_file=~/.ssh/k', 'keyFile', '~/.ssh/k'],
    ['h1 ansible_sudo_user=a ansible_become_user=b', 'becomeUser', 'a'],
    [
      "h1 ansible_ssh_common_args='-o ProxyJump=gw -o A=b'",
      'commonArgs',
      ['-o', 'ProxyJump=gw', '-o', 'A=b'],
    ],
    [
      'h1 ansible_ssh_extra_args="-o ProxyCommand=\'ssh -W %h:%p gw\'"',
      'extraArgs',
      ['-o', 'ProxyCommand=ssh -W %h:%p gw'],
    ],
    ['h1 ansible_connection=local', 'connection', 'local'],
    ['h1 ansible_connection=smart', 'connection', 'ssh'],
    ['h1 ip=10.0.0.9 ansible_host={{ip}}', 'address', '10.0.0.9'],
  ] as const)('%s sets %s', (text, field, expected) => expect(settings(text)[field]).toEqual(expected))
  test('an old name in the inventory wins over a new name in -e', () => {
    expect(settings('h1 ansible_ssh_user=x', ['ansible_user=z']).user).toBe('x')
  })
  test.each([
    ['0123', '0123'],
    ['12345', '12345'],
    ['1e3', '1e3'],
    ['1_000', '1_000'],
    ['"p@ss#w0rd"', 'p@ss#w0rd'],
    ["''", undefined],
  ])('keeps the password %s as written and does not print it', (text, expected) => {
    const { password, becomePassword } = settings(`h1 ansible_password=${text} ansible_become_pass=${text}`)
    expect(password?.reveal()).toBe(expected)
    expect(becomePassword?.reveal()).toBe(expected)
    expect(String(password ?? '***')).toBe('***')
  })
})

test('reports all errors of a host at once', () => {
  const text =
    'h1\n[all:vars]\nansible_port=abc\nansible_host=\nansible_connection=winrm\nansible_ssh_common_args=-o "x\nansible_user=[1]'
  expect(problemsOf(() => settings(text))).toEqual([
    'INVENTORY_ADDRESS inv:4:1',
    'INVENTORY_PORT inv:3:1',
    'INVENTORY_NOT_TEXT inv:7:1',
    'INVENTORY_SSH_ARGS inv:6:1',
    'INVENTORY_CONNECTION inv:5:1',
  ])
  for (const port of ['0', '65536', '-1', '22.5'])
    expect(problemsOf(() => settings(`h1 ansible_port=${port}`))).toEqual(['INVENTORY_PORT inv:1:4'])
})

test('does not quote a password in an error', () => {
  try {
    settings("h1 ansible_password='hunter2{{ a | b }}'")
    expect.fail('was read')
  } catch (error) {
    expect(inspect(error, { depth: 5 })).not.toContain('hunter2')
    expect(error).toMatchObject({ code: 'INVENTORY_TEMPLATE' })
  }
})

describe('templates', () => {
  const resolve = (text: string) => {
    const found = host(text)
    return resolveText(found, found.vars.get('x') ?? expect.fail('no x'))
  }
  test.each([
    ["h1 x='{{ a }}-{{b}}' a=1 b=two", '1-two'],
    ["h1 x='{{ a }}' a='{{ b }}' b=1.30", '1.30'],
    ["h1.lan x='{{ inventory_hostname }} {{ inventory_hostname_short }}'", 'h1.lan h1'],
    ['h1 x={curly}', '{curly}'],
    ['h1 x=007', '007'],
    ['h1 x=None', ''],
  ])('resolves %s', (text, expected) => expect(resolve(text)).toBe(expected))
  test.each([
    "h1 x='{{ a | default(1) }}' a=1",
    "h1 x='{{ a.b }}'",
    "h1 x='{{ nope }}'",
    "h1 x='{{ x }}'",
    "h1 x='{{ a }}' a='{{ b }}' b='{{ a }}'",
    "h1 x='{% if a %}'",
    "h1 x='{# c #}'",
    "h1 x='{{ a' a=1",
  ])('refuses %s', (text) => expect(problemsOf(() => resolve(text))[0]).toMatch(/^INVENTORY_TEMPLATE inv:1:/))
})
