import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'
import { graph } from '../../src/inventory/graph.ts'
import { selectHosts } from '../../src/inventory/limit/select-hosts.ts'
import { listJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { connectionSettings } from '../../src/inventory/vars/connection-settings.ts'
import { memoryFiles } from './memory-files.ts'
import { mutatedInventory, mutatedYaml, randomInventory } from './random-inventory.ts'
import { mutatedRandomYaml } from './random-yaml.ts'

const numRuns = Number(process.env.FUZZ_RUNS ?? 3000)
const timeout = 60_000 + numRuns * 20

/** Fails if `run` throws anything other than inventory errors. */
function onlyOurErrors(run: () => void): void {
  try {
    run()
  } catch (error) {
    const errors = error instanceof ConvecthubErrors ? error.errors : [error]
    for (const each of errors) {
      if (!(each instanceof ConvecthubError)) throw each
      expect(each.exit).toBe('inventory')
      expect(each.code).toMatch(/^INVENTORY_[A-Z_]+$/)
    }
  }
}

/** The limit of processor time for one input, in ms. Inputs of this size exceed it only by superlinear work. */
const LIMIT_MS = 1000
let slowest = 0

/** Runs everything that reads users' text. A slow input is read three times, as garbage collection may delay one. */
function readAll(name: string, text: string, extra: string[] = [], limit?: string): void {
  const times: [number, ...number[]] = [milliseconds(() => readOnce(name, text, extra, limit))]
  if (times[0] > LIMIT_MS) {
    while (times.length < 3) times.push(milliseconds(() => readOnce(name, text, extra, limit)))
  }
  const [, median = times[0]] = times.sort((a, b) => a - b)
  slowest = Math.max(slowest, median)
  expect(median).toBeLessThanOrEqual(LIMIT_MS)
}

/** The processor time of `run` in this process, so that other load on the machine does not count. */
function milliseconds(run: () => void): number {
  const start = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

afterAll(() => void process.stdout.write(`slowest input: ${slowest.toFixed(1)} ms\n`))

function readOnce(name: string, text: string, extra: string[], limit: string | undefined): void {
  onlyOurErrors(() => {
    const files = memoryFiles({ [`/w/${name}`]: text, '/w/group_vars/web.yml': 'a: 1\n' })
    const inventory = loadInventory({ cwd: '/w', sources: [name], extraVars: extra, files })
    const list = JSON.parse(listJson(inventory))
    expect(Object.keys(list)).toContain('_meta')
    for (const host of inventory.hosts.values()) onlyOurErrors(() => void connectionSettings(host))
    onlyOurErrors(() => void graph(inventory, { vars: true }))
    onlyOurErrors(() => void selectHosts(inventory, limit, { cwd: '/w', files }))
  })
}

test(
  'reads mutated INI inventories without a crash',
  () => {
    fc.assert(
      fc.property(mutatedInventory, (text) => readAll('inv.ini', text)),
      { numRuns },
    )
  },
  timeout,
)

test(
  'reads mutated YAML inventories without a crash',
  () => {
    fc.assert(
      fc.property(fc.oneof(mutatedYaml, mutatedRandomYaml), (text) => readAll('inv.yml', text)),
      { numRuns: Math.ceil(numRuns / 3) },
    )
  },
  timeout,
)

test(
  'reads any text, limit and -e value in any format without a crash',
  () => {
    const any = fc.string({ unit: 'binary', maxLength: 60 })
    const name = fc.constantFrom('inv', 'inv.ini', 'inv.yml', 'inv.json', 'inv.toml')
    const run = (file: string, text: string, extra: string, limit: string) =>
      readAll(file, text, [extra], limit)
    fc.assert(fc.property(name, any, any, any, run), { numRuns })
  },
  timeout,
)

test(
  'applies any limit to a random inventory without a crash',
  () => {
    const limit = fc.string({ unit: fc.constantFrom(...'webdbh123.*?[]!&~:,@^$()|\\- '), maxLength: 12 })
    fc.assert(
      fc.property(randomInventory, limit, (text, pattern) => readAll('inv.ini', text, [], pattern)),
      { numRuns },
    )
  },
  timeout,
)
