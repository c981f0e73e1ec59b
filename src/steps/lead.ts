import type { Wishes } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { node } from '../facts/node.ts'

/**
 * The wishes with the driver that leads: through it others join, and it runs what is run once. One that holds the cluster
 * and is well in it comes before one that only holds it; where nobody does, the first of the inventory founds it.
 */
export function withLead<T extends Wishes>(wishes: T, facts: ReadonlyMap<string, Facts>): T {
  const { cluster } = wishes
  const holders = cluster.drivers.filter(({ name }) => facts.get(name)?.get(clusterData).datastore)
  const well = holders.find(({ name, nodeName }) => facts.get(name)?.get(node(nodeName))?.ready)
  const lead = well ?? holders[0] ?? cluster.lead
  return { ...wishes, cluster: { ...cluster, lead } }
}
