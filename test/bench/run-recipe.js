// node run-recipe.js INVENTORY items FOLDER, or INVENTORY file PATH BUNDLE: makes it so on all hosts as a verb would,
// and prints what it cost as a line of JSON.

import { readFileSync } from 'node:fs'
import '../../dist/start.cjs'
import { loadBundle, readFleet, runVerb } from '../../dist/internals.cjs'
import { bigFile, items } from './items.js'

const [inventory, what, path, bundleFolder] = process.argv.slice(2)
const options = { inventory: [inventory], output: 'plain', color: false }
const fleet = await readFleet(options)
const bundle = bundleFolder && (await loadBundle(bundleFolder))

/** @type {Map<string, number>} Bytes by host. */
const sent = new Map()
const { report } = await runVerb('bench', what === 'items' ? items(path) : bigFile(path), fleet, options, {
  wishes: { cluster: fleet.cluster, bundle: bundle?.lock, jhubConfig: '' },
  source: bundle?.open,
  apply: true,
  hear: (event) => event.event === 'progress' && sent.set(event.host, event.sent),
})
const [, read] = /^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8')) ?? []
const cost = {
  changes: report.changes,
  sent: [...sent.values()].reduce((sum, bytes) => sum + bytes, 0),
  read: Number(read),
}
process.stdout.write(`\n${JSON.stringify(cost)}\n`)
if (!report.ok) process.exitCode = 1
