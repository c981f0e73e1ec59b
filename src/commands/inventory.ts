import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError } from '../errors.ts'
import { type InventoryOptions, readInventory } from '../fleet/read-inventory.ts'
import { printLines } from '../ui/print-lines.ts'
import { warn } from '../ui/warn.ts'
import type { VerbResult } from './verb.ts'

interface Options extends InventoryOptions {
  list?: boolean
  host?: string
  graph?: boolean
  vars?: boolean
}

/** `inventory`: prints the inventory in the formats of ansible-inventory. Errors: USAGE, and those of readInventory. */
export async function inventoryVerb(options: Options): VerbResult {
  if ([options.list, options.host !== undefined, options.graph].filter(Boolean).length !== 1) {
    throw new ConvecthubError('USAGE', 'one of --list, --host, --graph and check is needed', {
      hint: 'convecthub inventory --graph',
    })
  }
  const { inventory } = await readInventory(options, warn)
  warn(
    inventory.strictErrors.map(({ code, message, details }) => ({
      ...details,
      code: code as ErrorCode,
      message: `${message}; all other commands refuse it`,
    })),
  )
  const { listJson, hostJson } = await import('../inventory/list-json.ts')
  if (options.host !== undefined) process.stdout.write(`${hostJson(inventory, options.host)}\n`)
  else if (options.list) process.stdout.write(`${listJson(inventory)}\n`)
  else {
    const { graph } = await import('../inventory/graph.ts')
    printLines(graph(inventory, { vars: options.vars ?? false }).split('\n'))
  }
  return 'ok'
}
