import type { Inventory } from '../inventory/inventory.ts'
import { Secret } from '../secret.ts'
import type { Cluster } from './cluster.ts'
import { HOST_VARIABLES } from './variables.ts'

/**
 * A cluster made from any inventory, for commands that look at each host separately. All hosts are workers with default
 * settings, and the token is empty. `addresses` maps names to the addresses that ssh connects to.
 */
export function looseCluster(
  inventory: Inventory,
  addresses: ReadonlyMap<string, { address: string }>,
): Cluster {
  const settings = HOST_VARIABLES.parse({})
  const hosts = [...inventory.hosts.values()].map(({ name, origin }) => ({
    name,
    nodeName: name,
    role: 'worker' as const,
    origin,
    settings,
    address: addresses.get(name)?.address ?? name,
  }))
  const [lead] = hosts
  if (!lead) throw new Error('an inventory without hosts is refused before')
  return {
    name: 'inventory',
    hosts,
    drivers: [],
    workers: hosts,
    lead,
    rounds: [],
    registry: undefined,
    token: new Secret(''),
    workdir: '',
    jhubConfigPath: undefined,
    bundleKey: undefined,
    hubAdmins: [],
    httpPort: 80,
    httpsPort: 443,
  }
}
