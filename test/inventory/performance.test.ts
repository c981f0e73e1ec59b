import { expect, test } from 'vitest'
import { selectHosts } from '../../src/inventory/limit/select-hosts.ts'
import { listJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { memoryFiles } from './memory-files.ts'

function inventoryOf(hosts: number, groups: number): string {
  const lines: string[] = []
  for (let group = 0; group < groups; group += 1) {
    lines.push(`[g${group}]`)
    for (let host = group; host < hosts; host += groups)
      lines.push(`node${host} ansible_host=10.0.${host >> 8}.${host & 255} rack=${group} note="a b"`)
    lines.push(`[g${group}:vars]`, `v${group}=1.30`, 'shared=[1, 2]')
    lines.push(`[top${group % 10}:children]`, `g${group}`)
  }
  return lines.join('\n')
}

/** The time limit in ms. Linear code needs less than a second for these inputs, quadratic code minutes. */
const ENOUGH = 20_000

test('reads 10000 hosts in 200 groups in linear time', { timeout: ENOUGH }, () => {
  const files = memoryFiles({
    '/w/inv': inventoryOf(10_000, 200),
    '/w/group_vars/g1.yml': 'x: 1\n',
    '/w/host_vars/node1.yml': 'y: 1\n',
  })
  const inventory = loadInventory({ cwd: '/w', sources: ['inv'], files })
  expect(inventory.hosts.size).toBe(10_000)
  expect(listJson(inventory)).toContain('"node9999"')
  const limit = 'g1:&node1*:!node100*'
  expect(selectHosts(inventory, limit, { cwd: '/w', files }).hosts).toEqual([
    'node1',
    'node1201',
    'node1401',
    'node1601',
    'node1801',
  ])
})

test('reads a chain of 5000 groups and a group of 20000 children in linear time', { timeout: ENOUGH }, () => {
  const chain = Array.from(
    { length: 5000 },
    (_, index) => `[c${index}]\n[c${index}:children]\nc${index + 1}`,
  ).join('\n')
  const wide = `[w:children]\n${Array.from({ length: 20_000 }, (_, index) => `k${index}`).join('\n')}\n${Array.from({ length: 20_000 }, (_, index) => `[k${index}]`).join('\n')}`
  for (const text of [`${chain}\n[c5000]\nh1\n`, wide]) {
    const files = memoryFiles({ '/w/inv': text })
    expect(listJson(loadInventory({ cwd: '/w', sources: ['inv'], files }))).toContain('"hostvars"')
  }
})

test.each([
  ['plain', 'a: b\n', '  text\n', ''],
  ['quoted', "a: '\n", 'text\n', "'"],
  ['a block', 'a: |\n', '  text\n', ''],
  ['a block with an indentation indicator', 'a: |2\n', '   text\n', ''],
  ['a block of blank lines', 'a: |\n', '\n', ''],
  ['in brackets', 'a: [\n', 'text,\n', ']'],
])('reads a YAML text of 50000 lines in linear time: %s', { timeout: ENOUGH }, (_, start, line, end) => {
  const files = memoryFiles({ '/w/inv': 'h1', '/w/host_vars/h1.yml': `${start}${line.repeat(50_000)}${end}` })
  const inventory = loadInventory({ cwd: '/w', sources: ['inv'], files })
  expect(inventory.hosts.get('h1')?.vars.has('a')).toBe(true)
})
