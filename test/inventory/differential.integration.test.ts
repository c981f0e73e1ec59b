import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'
import { listJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { nodeFiles } from '../../src/inventory/node-files.ts'
import { printableJsonText } from '../../src/printable.ts'
import { squeeze } from './cases-support.ts'
import { DIFFERENCES } from './differences.ts'
import { mutatedInventory, randomInventory } from './random-inventory.ts'
import { randomYaml } from './random-yaml.ts'

const installed = spawnSync('ansible-inventory', ['--version']).status === 0
const runs = Number(process.env.DIFF_RUNS ?? 50)
const seed = Number(process.env.DIFF_SEED ?? Math.floor(Math.random() * 2 ** 31))
const folder = mkdtempSync(join(tmpdir(), 'convecthub-differential-'))
// An empty configuration file, so that Ansible ignores the machine's.
const config = join(folder, 'ansible.cfg')
writeFileSync(config, '')
afterAll(() => rmSync(folder, { recursive: true }))

// The errors for inventories that Ansible accepts and convecthub refuses on purpose.
const STRICTER = new Set<string>(DIFFERENCES.flatMap((row) => row.codes))

interface Listing {
  status: number
  stdout: string
  stderr: string
}

/** Ansible's output for each file; undefined if it crashes or warns that it could not parse the file. */
function ansible(files: readonly string[]): (string | undefined)[] {
  const env = { ...process.env, ANSIBLE_CONFIG: config, PYTHONWARNINGS: 'ignore', LC_ALL: 'C.UTF-8' }
  const driver = join(import.meta.dirname, 'ansible-list.py')
  const output = execFileSync(python(), [driver], { env, input: files.join('\n'), maxBuffer: 2 ** 30 })
  return output
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { status, stdout, stderr }: Listing = JSON.parse(line)
      const refused = /Failed to parse|Unable to parse/.test(stderr.replaceAll(/\s+/g, ' '))
      return status === 0 && !refused ? stdout : undefined
    })
}

/** The Python that Ansible runs on, as it reports itself. */
function python(): string {
  const version = execFileSync('ansible-inventory', ['--version'], { encoding: 'utf8' })
  return /python version = .*\((\/[^)]*)\)\s*$/m.exec(version)?.[1] ?? 'python3'
}

function ours(file: string): string | ConvecthubError[] {
  try {
    return listJson(loadInventory({ cwd: folder, sources: [file], files: nodeFiles }))
  } catch (error) {
    if (error instanceof ConvecthubErrors) return error.errors
    if (error instanceof ConvecthubError) return [error]
    throw error
  }
}

/** Parses JSON and sorts its keys, because Ansible does not sort keys of mixed types. */
function sorted(json: string): unknown {
  return JSON.parse(json, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

const FORMATS = [
  ['ini', [randomInventory, mutatedInventory]],
  ['yml', [randomYaml]],
] as const

test.skipIf(!installed).each(FORMATS)(
  `reads random %s inventories like ansible-inventory, DIFF_SEED=${seed}`,
  { timeout: 60_000 + runs * 1000 },
  (extension, inventories) => {
    const texts = inventories.flatMap((inventory) => fc.sample(inventory, { seed, numRuns: runs }))
    const files = texts.map((text, index) => {
      const file = join(folder, `${index}.${extension}`)
      writeFileSync(file, text)
      return file
    })
    const answers = ansible(files)
    expect(answers).toHaveLength(files.length)
    const seen = { equal: 0, refusedByBoth: 0, refusedByUs: 0 }
    for (const [index, file] of files.entries()) {
      const text = texts[index]
      // Our output also escapes the characters that a terminal would interpret.
      const expected = answers[index] && printableJsonText(answers[index])
      const got = ours(file)
      const label = `DIFF_SEED=${seed}, file ${index}:\n${text}`
      if (typeof got !== 'string') {
        seen[expected === undefined ? 'refusedByBoth' : 'refusedByUs'] += 1
        const unexplained = got.filter((error) => !STRICTER.has(error.code))
        if (expected !== undefined)
          expect(
            unexplained.map((error) => error.message),
            label,
          ).toEqual([])
      } else if (expected === undefined) expect.fail(`only Ansible refuses. ${label}`)
      else if (squeeze(got) === squeeze(expected)) seen.equal += 1
      else {
        seen.equal += 1
        // Only the order of keys may differ. JSON.parse rounds big numbers, so compare the lengths of the texts, too.
        expect(sorted(got), label).toEqual(sorted(expected))
        expect(expected.replaceAll(/\s/g, '').length, label).toBe(got.replaceAll(/\s/g, '').length)
      }
    }
    process.stdout.write(
      `DIFF_SEED=${seed}, ${files.length} ${extension} inventories: ${JSON.stringify(seen)}\n`,
    )
  },
)

test.skipIf(installed)('skips the comparison because ansible-inventory is not installed', () => {
  expect(() => execFileSync('ansible-inventory', ['--version'], { stdio: 'ignore' })).toThrow()
})
