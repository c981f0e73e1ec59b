// node run-recipe.cjs INVENTORY items FOLDER, or INVENTORY file|relay PATH BUNDLE: applies the items, uploads the file to
// all hosts, or lets it go from host to host, as a verb would, and prints the cost as a line of JSON. It is built like
// the command line and loads its modules in the same order.

import { readFileSync } from 'node:fs'
import type { CommonOptions } from '../../src/fleet/common-options.ts'

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})

async function run([inventory = '', what, path = '', bundleFolder]: readonly string[]): Promise<number> {
  const { bigFile, items } = await import('./items.ts')
  const { readFleet } = await import('../../src/fleet/read-fleet.ts')
  const { runVerb } = await import('../../src/commands/run-verb.ts')
  const { warn } = await import('../../src/ui/warn.ts')
  const options: CommonOptions = { inventory: [inventory], output: 'plain', color: false }
  const { relayKey } = await import('../../src/commands/relay-key.ts')
  const fleet = await readFleet(options, warn)
  const bundle = bundleFolder
    ? await (await import('../../src/artifacts/load-bundle.ts')).loadBundle(bundleFolder)
    : undefined

  /** Bytes sent by host. */
  const sent = new Map<string, number>()
  let made = 0
  const exit = await runVerb('bench', what === 'items' ? items(path) : bigFile(path), fleet, options, {
    desired: { bundle: bundle?.lock },
    source: (artifact) => {
      if (!bundle) throw new Error('there is no bundle')
      return bundle.open(artifact)
    },
    relay: what === 'relay' ? relayKey : undefined,
    apply: true,
    onEvent: (event) => {
      if (event.event === 'progress') sent.set(event.host, event.sent)
    },
    conclude: (report) => {
      made = report.hosts.reduce((sum, { changes }) => sum + changes, 0)
      return {}
    },
  })
  const [, read] = /^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8')) ?? []
  const cost = {
    changes: made,
    sent: [...sent.values()].reduce((sum, bytes) => sum + bytes, 0),
    read: Number(read),
  }
  process.stdout.write(`\n${JSON.stringify(cost)}\n`)
  return exit === 'ok' ? 0 : 1
}
