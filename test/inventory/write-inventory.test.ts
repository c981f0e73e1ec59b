import { expect, test } from 'vitest'
import type { Setting } from '../../src/inventory/inventory.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { settingText } from '../../src/inventory/vars/resolve-text.ts'
import {
  type InventoryRecord,
  inventoryText,
  type MachineRecord,
} from '../../src/inventory/write-inventory.ts'
import { memoryFiles } from './memory-files.ts'

const machine = (over: Partial<MachineRecord> = {}): MachineRecord => ({
  name: 'd1',
  address: '10.0.0.1',
  port: undefined,
  role: 'driver',
  gpu: false,
  iface: undefined,
  notes: [],
  ...over,
})
const text = (over: Partial<InventoryRecord> = {}) =>
  inventoryText({
    machines: [machine(), machine({ name: 'w1', address: '10.0.0.2', role: 'worker' })],
    user: undefined,
    keyFile: undefined,
    settings: [{ name: 'convect_token', value: '0123', meaning: 'The secret' }],
    optional: [{ name: 'http_port', value: '80', meaning: 'The port' }],
    ...over,
  })
const load = (over: Partial<InventoryRecord> = {}) =>
  loadInventory({ cwd: '/w', sources: ['inv'], files: memoryFiles({ '/w/inv': text(over) }) })

test('puts machines into the groups of their roles', () => {
  const { groups } = load()
  expect(groups.get('driver')?.hosts).toEqual(['d1'])
  expect(groups.get('worker')?.hosts).toEqual(['w1'])
})

test.each([
  [{}, 'd1 ansible_host=10.0.0.1'],
  [{ port: 2222 }, 'd1 ansible_host=10.0.0.1 ansible_port=2222'],
  [{ iface: 'eth1', gpu: true }, 'd1 ansible_host=10.0.0.1 my_iface=eth1 has_gpu=true'],
  [{ address: 'fe80::1%eth0' }, 'd1 ansible_host=fe80::1%eth0'],
])('writes the machine %j', (over, line) => {
  expect(text({ machines: [machine(over)] }).split('\n')).toContain(line)
})

test('writes notes as comments even if they contain line breaks', () => {
  const lines = text({ machines: [machine({ notes: ['no answer\n[driver]\r\nx1', 'b'] })] }).split('\n')
  expect(lines).toContain('# no answer [driver] x1')
  expect(lines.at(lines.indexOf('# b') + 1)).toBe('d1 ansible_host=10.0.0.1')
})

test('writes an optional setting as a comment that sets it when the # is taken away', () => {
  expect(text({ optional: [{ name: 'x', value: '1', meaning: 'X' }] })).toContain('# X\n#x=1\n')
})

test.each([
  'ops',
  '1000',
  '0x1F',
  'None',
  'a b',
  "o'neil",
  'a#b',
  ' x',
  '{{ x',
  '~/.ssh/id_ed25519',
  'ü',
  '-',
])('writes %j so that it is read back unchanged', (value) => {
  const vars = load({ user: value, keyFile: value }).hosts.get('d1')?.vars
  expect(settingText(vars?.get('ansible_user') as Setting)).toBe(value)
  expect(settingText(vars?.get('ansible_ssh_private_key_file') as Setting)).toBe(value)
})

test('writes a token of digits so that it stays a string', () => {
  expect(load().hosts.get('d1')?.vars.get('convect_token')).toMatchObject({ value: '0123' })
})
