import { ConvecthubError } from '../errors.ts'
import { loadInventory } from '../inventory/load-inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import type { VerbResult } from './common-options.ts'
import { inventorySources } from './read-fleet.ts'

interface Options {
  inventory?: string[]
  extraVars?: string[]
  list?: boolean
  host?: string
  graph?: boolean
  vars?: boolean
}

/** `inventory`: what was understood, in the forms of ansible-inventory. */
export async function inventoryVerb(options: Options): VerbResult {
  const { listJson, hostJson } = await import('../inventory/list-json.ts')
  const sources = inventorySources({ ...options, color: false })
  const inventory = loadInventory({
    sources,
    extraVars: options.extraVars ?? [],
    cwd: process.cwd(),
    files: nodeFiles,
  })
  if ([options.list, options.host, options.graph].filter(Boolean).length !== 1) {
    throw new ConvecthubError('USAGE', 'usage', 'one of --list, --host and --graph is needed', {
      hint: 'convecthub inventory --graph',
    })
  }
  if (options.host !== undefined) process.stdout.write(`${hostJson(inventory, options.host)}\n`)
  else if (options.list) process.stdout.write(`${listJson(inventory)}\n`)
  else
    process.stdout.write(
      `${(await import('../inventory/graph.ts')).graph(inventory, { vars: options.vars ?? false })}\n`,
    )
  return 'ok'
}
