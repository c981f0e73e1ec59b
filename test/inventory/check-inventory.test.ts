import { expect, test } from 'vitest'
import { misspeltHosts, unknownVariables } from '../../src/inventory/check-inventory.ts'
import { editDistance, nearest } from '../../src/inventory/edit-distance.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { memoryFiles } from './memory-files.ts'

test('lists each unknown variable once and suggests a known name', () => {
  const files = memoryFiles({
    '/w/inv': 'h1 k3s_verison=1 mine=2\nh2 k3s_verison=3\n[all:vars]\nk3s_version=4\ngpu_driver_=x\n',
  })
  const inventory = loadInventory({ cwd: '/w', sources: ['inv'], files })
  expect(unknownVariables(inventory, ['k3s_version', 'gpu_driver'])).toEqual([
    { name: 'gpu_driver_', origin: { file: 'inv', line: 5, column: 1 }, suggestion: 'gpu_driver' },
    { name: 'k3s_verison', origin: { file: 'inv', line: 1, column: 4 }, suggestion: 'k3s_version' },
    { name: 'mine', origin: { file: 'inv', line: 1, column: 18 } },
  ])
})

test.each([
  ['', 'abc', 3],
  ['abc', 'abc', 0],
  ['abcd', 'acbd', 1],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3],
])('edit distance of %s and %s is %d', (from, to, expected) => {
  expect(editDistance(from, to)).toBe(expected)
  expect(editDistance(to, from)).toBe(expected)
})

test('suggests no name that is too different', () => expect(nearest('x', ['abc', 'xyz'])).toBeUndefined())

test.each([
  { text: 'worker1 ansible_host=10.0.0.1\n[worker]\nwroker1\n', warned: ['3 wroker1 did you mean worker1?'] },
  { text: 'worker1 ansible_host=10.0.0.1\n[worker]\nworker2\n', warned: ['3 worker2 did you mean worker1?'] },
  {
    text: 'web1 ansible_ssh_host=10.0.0.1\n[worker]\nweb1\nweb2\nwbe1\n',
    warned: ['5 wbe1 did you mean web1?'],
  },
  { text: '[worker]\nweb1\nwbe1\n', warned: [] },
  { text: 'w1 ansible_host=10.0.0.1\n[worker]\nd1\n', warned: [] },
  { text: 'web1 ansible_host=10.0.0.1\n[worker]\nother\n', warned: [] },
  { text: 'web1 ansible_host=10.0.0.1\nwbe1 ansible_host=10.0.0.2\n', warned: [] },
])('asks whether a host was misspelt in $text', ({ text, warned }) => {
  const inventory = loadInventory({ cwd: '/w', sources: ['inv'], files: memoryFiles({ '/w/inv': text }) })
  const found = misspeltHosts(inventory).map(
    ({ origin, message, hint }) => `${origin.line} ${message.split(' ')[0]} ${hint}`,
  )
  expect(found).toEqual(warned)
  expect(misspeltHosts(inventory).every(({ code }) => code === 'MISSPELT_HOST')).toBe(true)
})
