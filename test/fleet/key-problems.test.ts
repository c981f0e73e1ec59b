import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatOrigin } from '../../src/errors.ts'
import { checkFleet } from '../../src/fleet/check-fleet.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { generateKey } from '../../src/transport/generate-key.ts'
import { memoryFiles } from '../inventory/memory-files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-keys-'))
  const { private: key } = generateKey('test')
  writeFileSync(join(folder, 'good'), key, { mode: 0o600 })
  writeFileSync(join(folder, 'open'), key, { mode: 0o644 })
  writeFileSync(join(folder, 'text'), 'no key', { mode: 0o600 })
  mkdirSync(join(folder, 'dir'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const OPTION = 'ansible_ssh_private_key_file'
const line = (host: string, key: string) => `${host} ${OPTION}=/k/${key}`
it.each([
  { what: 'a good key', text: `d1\n[all:vars]\n${OPTION}=/k/good`, reported: [] },
  {
    what: 'a missing key of all hosts, once, at its line',
    text: `d[1:30]\n[all:vars]\n${OPTION}=/k/gone`,
    reported: ['inv:3:1 the private key /k/gone cannot be read: no such file (for d1 … d30)'],
  },
  {
    what: 'a missing key on the lines of two hosts, once',
    text: [line('d1', 'gone'), line('d2', 'good'), line('d3', 'gone')].join('\n'),
    reported: ['inv:1:4 the private key /k/gone cannot be read: no such file (for d1, d3)'],
  },
  {
    what: 'a missing key of hosts that are no run, all of them',
    text: ['d1', 'd3', 'd7', 'web'].map((host) => line(host, 'gone')).join('\n'),
    reported: ['inv:1:4 the private key /k/gone cannot be read: no such file (for d1, d3, d7, web)'],
  },
  {
    what: 'each kind of wrong key',
    text: [line('d1', 'dir'), line('d2', 'open'), line('d3', 'text')].join('\n'),
    reported: [
      'inv:1:4 the private key /k/dir cannot be read: it is a folder, not a file (for d1)',
      'inv:2:4 other users can read or change the private key /k/open (for d2)',
      'inv:3:4 /k/text is not a private key (for d3)',
    ],
  },
])('reports $what', ({ text, reported }) => {
  const files = memoryFiles({ '/w/inv': `${text.replaceAll('/k/', `${folder}/`)}\n` })
  const inventory = loadInventory({ sources: ['inv'], cwd: '/w', files })
  const { errors } = checkFleet({ inventory, config: undefined }, {})
  expect(
    errors.map(({ message, details: { origin } }) =>
      `${origin && formatOrigin(origin)} ${message}`.replaceAll(`${folder}/`, '/k/'),
    ),
  ).toEqual(reported)
})
