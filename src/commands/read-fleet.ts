import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubErrors, formatOrigin } from '../errors.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { selectHosts } from '../inventory/select-hosts.ts'
import type { Target } from '../transport/target.ts'
import { checkFleet, fleetWarnings } from './check-fleet.ts'
import type { CommonOptions } from './common-options.ts'
import { type InventoryInput, readInventory } from './read-inventory.ts'

/** What a verb works on, read and checked before any machine is contacted. */
export interface FleetInput extends InventoryInput {
  cluster: Cluster
  /** Those that --limit leaves. */
  hosts: readonly ClusterHost[]
  targets: ReadonlyMap<string, Target>
}

/** Inventory, cluster, selection and targets; all problems of all hosts at once. */
export async function readFleet(options: CommonOptions): Promise<FleetInput> {
  const input = await readInventory(options)
  const { inventory, config } = input
  for (const { origin, message, hint } of fleetWarnings(inventory))
    process.stderr.write(`warning: ${formatOrigin(origin)}: ${message}${hint ? `; ${hint}` : ''}\n`)
  const password = (options.askBecomePass ?? config?.becomeAskPass) ? await askPassword() : undefined
  const { cluster, targets, errors } = checkFleet(input, options, password)
  if (errors.length > 0 || !cluster) throw new ConvecthubErrors(errors)
  const selection = selectHosts(inventory, options.limit, { files: nodeFiles, cwd: process.cwd() })
  if (selection.doubts.length > 0) throw new ConvecthubErrors([...selection.doubts])
  const names = new Set(selection.hosts)
  return { ...input, cluster, hosts: cluster.hosts.filter(({ name }) => names.has(name)), targets }
}

async function askPassword() {
  const { askSecret } = await import('../ui/ask.ts')
  return askSecret('sudo password: ')
}
