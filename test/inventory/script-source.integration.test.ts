import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { nodeFiles } from '../../src/inventory/node-files.ts'
import { CASES, squeeze } from './cases-support.ts'

it('runs an inventory script and reads its output like ansible-inventory', () => {
  const cwd = join(CASES, 'dirs/92-executable')
  const inventory = loadInventory({ cwd, sources: ['inv.sh'], files: nodeFiles })
  expect(squeeze(listJson(inventory))).toBe(squeeze(readFileSync(join(cwd, 'expected.json'), 'utf8')))
})
