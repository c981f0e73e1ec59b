// npm run bench: compares convecthub with other programs on hosts that it starts on loopback, and prints a table.
// Exits with code 1 when a bound of rows.js is missed.
//   --rows ping,first   only these rows    --quick      smaller, to check that the benchmark works
//   --json              as JSON            --markdown   in the format of docs/benchmark.md
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { atEnd } from './clean-up.js'
import { ADDRESSES, startHosts } from './hosts.js'
import { writeInventory } from './inventories.js'
import { TIME } from './measure.js'
import { findRivals, machineLine, mustHave } from './rivals.js'
import { ROWS } from './rows.js'
import { FULL, QUICK } from './sizes.js'
import { cells, markdown, textHead, textLine } from './table.js'
import { judge } from './verdict.js'

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
})
const sizes = options.quick ? QUICK : FULL
const rows = chosenRows(options.rows?.split(','))
mustHave(TIME, 'time')

const folder = temporaryFolder()
const env = { PATH: process.env.PATH, HOME: join(folder, 'home'), LC_ALL: 'C.UTF-8', NO_COLOR: '1' }
mkdirSync(env.HOME)
const rivals = findRivals()
const {
  list: hosts,
  files,
  key,
  quiet,
} = await startHosts(folder, Math.max(...rows.map(({ ports }) => ports(sizes))))
const bench = {
  ...{ folder, env, rivals, hosts, files, key, quiet, sizes },
  quick: options.quick,
  rounds: options.quick ? 1 : 9,
  write: (name, list) => writeInventory({ folder, key }, name, list),
  /** Resets the first `count` hosts to their initial state. */
  clear(count) {
    for (const host of hosts.slice(0, count)) host.clear()
  },
  /** Writes an inventory of the first `count` hosts, each under `addresses` names with different addresses. */
  inventory: (name, count, addresses = 1) =>
    bench.write(
      name,
      Array.from({ length: Math.min(addresses, ADDRESSES) }).flatMap((_, at) =>
        hosts.slice(0, count).map(({ name, port, key }) => ({
          name: `${name}-${at + 1}`,
          address: `127.0.0.${at + 1}`,
          port,
          key,
        })),
      ),
    ),
}

const say = (text) => (options.json || options.markdown ? process.stderr : process.stdout).write(text)
const machine = machineLine(rivals)
say(`${machine}${options.quick ? '; a quick run, which says little' : ''}\n\n${textHead()}`)
const table = []
const results = []
for (const row of rows) {
  const title = row.title(sizes)
  const lines = await linesOf(row)
  for (const [index, line] of lines.entries()) {
    const shown = cells(index === 0 ? title : '', line)
    table.push(shown)
    say(textLine(shown))
  }
  results.push({ row: row.id, title, lines })
}
const date = new Date().toISOString().slice(0, 10)
if (options.json)
  process.stdout.write(`${JSON.stringify({ date, machine, sizes, rows: results }, null, 2)}\n`)
if (options.markdown) process.stdout.write(`${date}: ${machine}.\n\n${markdown(table)}`)
const missed = results.some(({ lines }) => lines.some(({ met }) => met === false))
process.exit(missed ? 1 : 0)

/** Measures a row and returns its lines. A row that fails counts as a missed bound. */
async function linesOf(row) {
  try {
    const measured = await row.measure(bench)
    return row.lines.map((line) => judge(line, measured))
  } catch (error) {
    process.stderr.write(`${row.id}: ${error.message}\n`)
    return [{ what: 'failed', ours: '', rival: '', theirs: '', ratio: '', wanted: '', met: false }]
  }
}

function chosenRows(ids) {
  const unknown = ids?.filter((id) => !ROWS.some((row) => row.id === id)) ?? []
  if (unknown.length > 0) {
    process.stderr.write(
      `no such row: ${unknown.join(', ')}; there are ${ROWS.map(({ id }) => id).join(', ')}\n`,
    )
    process.exit(2)
  }
  return ROWS.filter(({ id }) => ids?.includes(id) ?? true)
}

/** A folder in memory if there is room, so that the disk does not count. TMPDIR overrides it. */
function temporaryFolder() {
  const room = (path) => {
    try {
      const { bavail, bsize } = statfsSync(path)
      return bavail * bsize
    } catch {
      return 0
    }
  }
  const wanted = sizes.megabytes * (sizes.copies + 3) * 1e6
  const base = !process.env.TMPDIR && room('/dev/shm') > wanted ? '/dev/shm' : tmpdir()
  const path = mkdtempSync(join(base, 'convecthub-bench-'))
  atEnd(() => rmSync(path, { recursive: true, maxRetries: 5 }))
  return path
}
