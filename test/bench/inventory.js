// npm run bench:inventory: lists a big inventory with convecthub and ansible-inventory in turn, including start-up, and
// prints a table. Exits with code 1 unless convecthub is 10 times faster, needs less than 200 MB, and both outputs are
// equal. HOSTS, GROUPS and RUNS change the size.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atEnd } from './clean-up.js'
import { measure, median, TIME } from './measure.js'

const HOSTS = Number(process.env.HOSTS ?? 10_000)
const GROUPS = Number(process.env.GROUPS ?? 200)
const RUNS = Number(process.env.RUNS ?? 5)
const PROGRAM = fileURLToPath(new URL('../../bin/convecthub.cjs', import.meta.url))

/** An inventory with groups of hosts below ten parent groups, with variables of all kinds. */
function bigInventory() {
  const lines = []
  for (let group = 0; group < GROUPS; group += 1) {
    lines.push(`[g${group}]`)
    for (let host = group; host < HOSTS; host += GROUPS)
      lines.push(`node${host} ansible_host=10.0.${host >> 8}.${host & 255} rack=${group} note="a b"`)
    lines.push(
      `[g${group}:vars]`,
      `v${group}=1.30`,
      'shared=[1, 2]',
      `[top${group % 10}:children]`,
      `g${group}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const text = ({ stdout }) => stdout.replaceAll(/\s/g, '')
const say = (...cells) =>
  process.stdout.write(
    `${cells
      .map((cell) => String(cell).padEnd(18))
      .join('')
      .trimEnd()}\n`,
  )

if (spawnSync('ansible-inventory', ['--version']).status !== 0 || !existsSync(TIME)) {
  process.stdout.write('ansible-inventory and /usr/bin/time are needed to compare; nothing was measured\n')
  process.exit(0)
}
const folder = mkdtempSync(join(tmpdir(), 'convecthub-bench-'))
atEnd(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'big.ini')
const config = join(folder, 'ansible.cfg')
writeFileSync(file, bigInventory())
writeFileSync(config, '')
const env = { ...process.env, ANSIBLE_CONFIG: config }
const args = ['inventory', '-i', file, '--list']
say(`${HOSTS} hosts in ${GROUPS} groups`)
say('run', 'convecthub s', 'MB', 'ansible s', 'MB', 'times faster')
const rows = []
for (let run = 1; run <= RUNS; run += 1) {
  const ours = await measure(process.execPath, [PROGRAM, ...args], { env })
  const theirs = await measure('ansible-inventory', args.slice(1), { env })
  if (text(ours) !== text(theirs)) throw new Error('the two do not say the same')
  rows.push({ ours, theirs })
  row(run, ours, theirs)
}
const middle = (who) => ({
  seconds: median(rows.map((each) => each[who].seconds)),
  megabytes: Math.max(...rows.map((each) => each[who].megabytes)),
})
const [ours, theirs] = [middle('ours'), middle('theirs')]
row('median s, most MB', ours, theirs)
if (theirs.seconds < ours.seconds * 10 || ours.megabytes > 200) process.exitCode = 1

function row(name, ours, theirs) {
  const { seconds, megabytes } = ours
  const faster = theirs.seconds / seconds
  say(
    name,
    seconds.toFixed(2),
    megabytes.toFixed(0),
    theirs.seconds.toFixed(2),
    theirs.megabytes.toFixed(0),
    faster.toFixed(1),
  )
}
