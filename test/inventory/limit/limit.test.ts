import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { selectHosts } from '../../../src/inventory/limit/select-hosts.ts'
import { loadInventory } from '../../../src/inventory/load-inventory.ts'
import { nodeFiles } from '../../../src/inventory/node-files.ts'
import { CASES, place, problemsOf } from '../cases-support.ts'

const cwd = join(CASES, 'limit')
const inventory = loadInventory({ cwd, sources: ['inv.ini'], files: nodeFiles })
const select = (limit: string | undefined) => selectHosts(inventory, limit, { cwd, files: nodeFiles })
const codes = (limit: string) => select(limit).strictErrors.map(place)

const rows = readFileSync(join(cwd, 'expected.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t') as [string, string, string, string])

// Limits with parts that match nothing. Ansible continues with the other parts; commands that change hosts refuse them.
const DOUBTED: Readonly<Record<string, string[]>> = {
  '@lim.txt': ['INVENTORY_LIMIT lim.txt:2', 'INVENTORY_LIMIT lim.txt:4'],
  'all:!@lim.txt': ['INVENTORY_LIMIT '],
  'w[1:2]:d1': ['INVENTORY_LIMIT '],
}

describe('selects the same hosts as ansible --list-hosts', () => {
  test.each(rows)('%s', (limit, exit, hosts) => {
    if (exit === '0') {
      expect(select(limit).hosts).toEqual(hosts.split(' '))
      expect(codes(limit)).toEqual(DOUBTED[limit] ?? [])
    } else expect(problemsOf(() => select(limit)).length).toBeGreaterThan(0)
  })
})

describe('selects the expected number of hosts, or refuses,', () => {
  test.each([
    ['', 11],
    [undefined, 11],
    [' , ', 11],
    ['[wd]1', 2],
    ['~', 'INVENTORY_LIMIT '],
    ['~(', 'INVENTORY_LIMIT '],
    ['~(?P<x>w)1', 1],
    ['~(?i)W1', 1],
    ['web:&nope', 'INVENTORY_LIMIT '],
    ['web[1-2]', 2],
    ['@none.txt', 'INVENTORY_LIMIT_FILE '],
    ['w1,@.', 'INVENTORY_LIMIT_FILE '],
    ['w[!1-3]', 2],
    ['w[]', 'INVENTORY_LIMIT '],
    ['*:!*', 'INVENTORY_LIMIT '],
  ])('%s', (limit, expected) => {
    if (typeof expected === 'number') expect(select(limit).hosts).toHaveLength(expected)
    else expect(problemsOf(() => select(limit))).toEqual([expected])
  })
})

test.each(['w1:nope', 'w1,!nope', 'W1,w1'])('reports a part that matches nothing in %s', (limit) => {
  expect(select(limit).hosts).toEqual(['w1'])
  expect(codes(limit)).toEqual(['INVENTORY_LIMIT '])
})
