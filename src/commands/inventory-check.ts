import type { ConvecthubError, Origin } from '../errors.ts'
import { checkFleet, fleetWarnings } from '../fleet/check-fleet.ts'
import { type InventoryInput, type InventoryOptions, readInventory } from '../fleet/read-inventory.ts'
import { readableSecrets } from '../fleet/readable-secrets.ts'
import type { Inventory, Warning } from '../inventory/inventory.ts'
import { flatErrors } from '../inventory/problems.ts'
import { errorJson } from '../ui/error-json.ts'
import { formatError, formatWarning, layoutFor } from '../ui/format-error.ts'
import { printResult, type Result } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { count, style } from '../ui/style.ts'
import { warn } from '../ui/warn.ts'
import type { VerbResult } from './verb.ts'

/**
 * `inventory check`: prints all errors and warnings in the order of the files, without contacting a machine. Throws
 * what prevents the check itself, such as wrong options or a missing password file.
 */
export async function inventoryCheckVerb(options: InventoryOptions & { output?: OutputMode }): VerbResult {
  return printResult('inventory check', check(await problemsOf(options)), options)
}

interface Problems {
  errors: readonly ConvecthubError[]
  warnings: readonly Warning[]
  inventory?: Inventory
}

async function problemsOf(options: InventoryOptions): Promise<Problems> {
  let input: InventoryInput
  try {
    input = await readInventory(options, warn)
  } catch (error) {
    const errors = flatErrors(error)
    if (errors.some(({ exit, code }) => exit !== 'inventory' || code === 'NO_INVENTORY')) throw error
    return { errors, warnings: [] }
  }
  const { errors, unfit, targets } = checkFleet(input, {})
  const warnings = [...fleetWarnings(input.inventory), ...readableSecrets(input.inventory, targets.values())]
  return { errors: [...errors, ...unfit], warnings, inventory: input.inventory }
}

function check({ errors, warnings, inventory }: Problems): Result {
  const paint = style(process.stdout, true)
  const layout = layoutFor(process.stdout)
  const found = [
    ...errors.map((error) => ({
      origin: error.details.origin,
      text: formatError(error, paint, layout),
      event: { event: 'error' as const, ...errorJson(error) },
    })),
    ...warnings.map((warning) => ({
      origin: warning.origin,
      text: formatWarning(warning, paint, layout),
      event: { event: 'warning' as const, ...warning },
    })),
  ].sort((a, b) => byOrigin(a.origin, b.origin))
  const counts = [
    ...(errors.length > 0 ? [count(errors.length, 'error')] : []),
    ...(warnings.length > 0 ? [count(warnings.length, 'warning')] : []),
  ].join(', ')
  const size = inventory && `${count(inventory.hosts.size, 'host')}, ${count(groupCount(inventory), 'group')}`
  const verdict = [size, counts || 'nothing wrong'].filter(Boolean).join(': ')
  return {
    lines: [...found.map(({ text }) => text), verdict],
    events: found.map(({ event }) => event),
    exit: errors.length > 0 ? 'inventory' : 'ok',
  }
}

/** The number of groups, without `all` and `ungrouped`, which every inventory has. */
function groupCount({ groups }: Inventory): number {
  return [...groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped').length
}

/** Compares by file, line and column; problems without an origin come last. */
function byOrigin(a: Origin | undefined, b: Origin | undefined): number {
  if (!a || !b) return Number(!a) - Number(!b)
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
