import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { Desired } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import { node } from '../facts/node.ts'
import { unit } from '../facts/unit.ts'
import { isRunning, unitName } from './k3s-unit.ts'

/** The facts that withLead needs. A worker is asked only about its own node. */
export function leadFacts(host: ClusterHost, { hosts }: Cluster): Fact<unknown>[] {
  if (host.role !== 'driver') return [node(host.nodeName)]
  return [clusterData, unit(unitName(host)), ...hosts.map(({ nodeName }) => node(nodeName))]
}

/**
 * Chooses the lead: the driver that others join through and that does what is done once. It is the first healthy
 * driver with the cluster's data, else the first with the data, else the first of the inventory, which founds the
 * cluster.
 *
 * Also sets the rounds in which servers may change. Servers that do not run, or did not answer, come first, all at
 * once: they have no vote to lose. Then, one by one, the other unhealthy servers, the lead, and the rest.
 */
export function withLead<T extends Desired>(desired: T, facts: ReadonlyMap<string, Facts>): T {
  const { cluster } = desired
  const of = ({ name }: ClusterHost) => facts.get(name)
  const holders = cluster.drivers.filter((driver) => of(driver)?.get(clusterData).datastore)
  const isHealthy = (driver: ClusterHost) => of(driver)?.get(node(driver.nodeName))?.ready ?? false
  const lead = holders.find(isHealthy) ?? holders[0] ?? cluster.lead
  // whether a driver that did not answer is a server, the lead knows
  const isServer = (driver: ClusterHost) =>
    of(driver) ? holders.includes(driver) : of(lead)?.get(node(driver.nodeName)) !== undefined
  const ailing = cluster.drivers.filter((driver) => isServer(driver) && !isHealthy(driver))
  const runs = (driver: ClusterHost) => {
    const state = of(driver)?.get(unit(unitName(driver)))
    return state !== undefined && isRunning(state)
  }
  const idle = ailing.filter((driver) => !runs(driver))
  const order = [...ailing, lead, ...cluster.drivers].filter((driver) => !idle.includes(driver))
  const rounds = [...(idle.length > 0 ? [idle] : []), ...[...new Set(order)].map((driver) => [driver])]
  return { ...desired, cluster: { ...cluster, lead, rounds } }
}
