import { existsSync } from 'node:fs'
import { buildCluster } from '../cluster/build-cluster.ts'
import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import { KNOWN_VARIABLES } from '../cluster/variables.ts'
import { ConvecthubError, ConvecthubErrors, formatOrigin } from '../errors.ts'
import { unknownVariables } from '../inventory/check-inventory.ts'
import { connectionSettings } from '../inventory/connection-settings.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load-inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { selectHosts } from '../inventory/select-hosts.ts'
import { identities } from '../transport/identities.ts'
import type { Target } from '../transport/target.ts'
import type { CommonOptions } from './common-options.ts'
import { makeTarget } from './make-target.ts'

/** What a verb works on, read and checked before any machine is contacted. */
export interface FleetInput {
  inventory: Inventory
  cluster: Cluster
  /** Those that --limit leaves. */
  hosts: readonly ClusterHost[]
  targets: ReadonlyMap<string, Target>
}

/** The `-i` values, or ./inv.toml. Error: NO_INVENTORY. */
export function inventorySources({ inventory }: CommonOptions): string[] {
  if (inventory) return inventory
  if (existsSync('inv.toml')) return ['inv.toml']
  throw new ConvecthubError('NO_INVENTORY', 'inventory', 'no inventory: there is no ./inv.toml', {
    hint: 'name one with -i, or try `convecthub lab up` for machines to play with',
  })
}

/** Reads the inventory by the common options. Errors: those of loadInventory. */
export function readInventory(options: CommonOptions): Inventory {
  const sources = inventorySources(options)
  return loadInventory({ sources, extraVars: options.extraVars ?? [], cwd: process.cwd(), files: nodeFiles })
}

/** Inventory, cluster, selection and targets; all problems of all hosts at once. */
export async function readFleet(options: CommonOptions): Promise<FleetInput> {
  const inventory = readInventory(options)
  warn(inventory)
  const errors: ConvecthubError[] = []
  const password = options.askBecomePass ? await askPassword() : undefined
  const targets = new Map<string, Target>()
  for (const host of inventory.hosts.values()) {
    try {
      const target = makeTarget(host.name, connectionSettings(host), password, options)
      if (target.connection === 'ssh') identities(target)
      targets.set(host.name, target)
    } catch (error) {
      errors.push(...flat(error))
    }
  }
  let cluster: Cluster | undefined
  try {
    cluster = buildCluster(inventory, targets)
  } catch (error) {
    errors.push(...flat(error))
  }
  if (errors.length > 0 || !cluster) throw new ConvecthubErrors(errors)
  const names = selectHosts(inventory, options.limit, { files: nodeFiles, cwd: process.cwd() })
  const hosts = cluster.hosts.filter(({ name }) => names.includes(name))
  return { inventory, cluster, hosts, targets }
}

async function askPassword() {
  const { askSecret } = await import('../ui/ask.ts')
  return askSecret('sudo password: ')
}

/** An unknown variable is no error, for people keep their own; but a typo must not pass in silence. */
function warn(inventory: Inventory): void {
  for (const { name, origin, suggestion } of unknownVariables(inventory, KNOWN_VARIABLES)) {
    const hint = suggestion ? `; did you mean ${suggestion}?` : ''
    process.stderr.write(
      `warning: ${formatOrigin(origin)}: convecthub does not know the variable ${name}${hint}\n`,
    )
  }
  for (const { origin, message, hint } of inventory.warnings) {
    process.stderr.write(`warning: ${formatOrigin(origin)}: ${message}${hint ? `; ${hint}` : ''}\n`)
  }
}

function flat(error: unknown): ConvecthubError[] {
  if (error instanceof ConvecthubErrors) return error.errors
  if (error instanceof ConvecthubError) return [error]
  throw error
}
