import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { formatOrigin } from '../../src/errors.ts'
import { readJhubConfig } from '../../src/fleet/read-desired.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { nodeFiles } from '../../src/inventory/node-files.ts'
import { testDesired } from '../helpers/test-cluster.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-values-'))
  writeFileSync(join(folder, 'inv.ini'), '[driver]\nd1\n[all:vars]\njhub_config_path=hub.yaml\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = () => {
  const inventory = loadInventory({ sources: [join(folder, 'inv.ini')], cwd: folder, files: nodeFiles })
  const { cluster } = testDesired({ drivers: ['d1'], workers: [] })
  return readJhubConfig({ inventory, cluster: { ...cluster, jhubConfigPath: 'hub.yaml' } })
}

it('reads the values beside the inventory', () => {
  writeFileSync(join(folder, 'hub.yaml'), 'hub: {}\n')
  expect(read()).toMatchObject({ text: 'hub: {}\n', file: join(folder, 'hub.yaml') })
})

it.each([
  {
    what: 'no file',
    make: () => {},
    reported: '/inv.ini:4:1 jhub_config_path: hub.yaml cannot be read: no such file',
  },
  {
    what: 'a folder',
    make: (file: string) => mkdirSync(file),
    reported: '/inv.ini:4:1 jhub_config_path: hub.yaml cannot be read: it is a folder, not a file',
  },
  {
    what: 'no YAML',
    make: (file: string) => writeFileSync(file, 'hub:\n  a: 1\n  a: 2\n'),
    reported: '/hub.yaml:3:3 jhub_config_path: hub.yaml is not valid: the same key twice',
  },
  {
    what: 'no mapping',
    make: (file: string) => writeFileSync(file, '- hub\n'),
    reported: '/hub.yaml jhub_config_path: hub.yaml is not valid: it is not a mapping',
  },
])('refuses $what, at its place', ({ make, reported }) => {
  make(join(folder, 'hub.yaml'))
  let error: unknown
  try {
    read()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'JHUB_CONFIG', exit: 'input' })
  const { message, details } = error as { message: string; details: { origin: { file: string } } }
  expect(`${formatOrigin(details.origin)} ${message}`.replaceAll(folder, '')).toBe(reported)
})
