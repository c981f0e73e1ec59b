import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { Desired } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import { node } from '../facts/node.ts'
import { unit } from '../facts/unit.ts'
import { isRunning, unitName } from './k3s-unit.ts'

/** What a driver is asked for withLead; of other machines only their own node is known there. */
export function leadFacts(host: ClusterHost, { hosts }: Cluster): Fact<unknown>[] {
  if (host.role !== 'driver') return [node(host.nodeName)]
  return [clusterData, unit(unitName(host)), ...hosts.map(({ nodeName }) => node(nodeName))]
}

/**
 * The wishes with the driver that leads: through it others join, and it runs what is run once. One that holds the cluster
 * and is well in it comes before one that only holds it; where nobody does, the first of the inventory founds it.
 *
 * And with the rounds in which servers may change. Those that do not run, or did not answer, can take no quorum away and
 * are mended first; then one by one those that are not well, the one that leads, and the others.
 */
export function withLead<T extends Desired>(desired: T, facts: ReadonlyMap<string, Facts>): T {
  const { cluster } = desired
  const of = ({ name }: ClusterHost) => facts.get(name)
  const holders = cluster.drivers.filter((driver) => of(driver)?.get(clusterData).datastore)
  const isHealthy = (driver: ClusterHost) => of(driver)?.get(node(driver.nodeName))?.ready ?? false
  const lead = holders.find(isHealthy) ?? holders[0] ?? cluster.lead
  // of one that did not answer, the others know
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
