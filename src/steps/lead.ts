import type { ClusterHost } from '../cluster/cluster.ts'
import type { Wishes } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { node } from '../facts/node.ts'
import { unit } from '../facts/unit.ts'
import { isRunning, unitName } from './k3s-unit.ts'

/**
 * The wishes with the driver that leads: through it others join, and it runs what is run once. One that holds the cluster
 * and is well in it comes before one that only holds it; where nobody does, the first of the inventory founds it. And
 * with the servers that are not well.
 */
export function withLead<T extends Wishes>(wishes: T, facts: ReadonlyMap<string, Facts>): T {
  const { cluster } = wishes
  const of = ({ name }: ClusterHost) => facts.get(name)
  const holders = cluster.drivers.filter((driver) => of(driver)?.get(clusterData).datastore)
  const isWell = (driver: ClusterHost) => of(driver)?.get(node(driver.nodeName))?.ready ?? false
  const lead = holders.find(isWell) ?? holders[0] ?? cluster.lead
  // of one that did not answer, the others know
  const isServer = (driver: ClusterHost) =>
    of(driver) ? holders.includes(driver) : of(lead)?.get(node(driver.nodeName)) !== undefined
  const ailing = cluster.drivers.filter((driver) => isServer(driver) && !isWell(driver))
  const idle = ailing.filter((driver) => {
    const state = of(driver)?.get(unit(unitName(driver)))
    return !state || !isRunning(state)
  })
  return { ...wishes, cluster: { ...cluster, lead, ailing, idle } }
}
