import type { ClusterHost } from '../cluster/cluster.ts'
import { clusterData } from '../facts/cluster-data.ts'
import { node } from '../facts/node.ts'
import { type Volumes, volumes } from '../facts/volumes.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import type { FleetInput } from '../fleet/read-fleet.ts'
import { look } from '../recipes/look.ts'
import { withLead } from '../steps/lead.ts'
import { runVerb } from './run-verb.ts'

/** What a reset of the selected hosts means for the cluster. */
export interface Leaving {
  hosts: readonly ClusterHost[]
  /** A healthy driver that stays. It removes the others from the cluster. */
  by: ClusterHost | undefined
  /** Machines that stay may form a cluster, but no healthy driver can remove the others from it. */
  untold: boolean
  /** Workers that stay although all servers go: they are left without a cluster. */
  orphans: readonly ClusterHost[]
  /** How many servers the cluster has, how many of them go, and how many of those that stay are healthy. */
  servers: { all: number; go: number; healthy: number }
  /** Users' data on the machines that go. */
  data: readonly Volumes[]
}

/**
 * Finds out what a reset of the selected hosts would mean, from these hosts and from the drivers that stay. Unreachable
 * hosts are not reported here; the reset itself does that.
 */
export async function lookAtCluster(fleet: FleetInput, options: CommonOptions): Promise<Leaving> {
  const { cluster, hosts } = fleet
  const stays = (host: ClusterHost) => !hosts.includes(host)
  const drivers = cluster.drivers.filter(stays)
  const desired = { cluster, bundle: undefined, jhubConfig: '' }
  const { report } = await runVerb('look', look, { ...fleet, hosts: [...hosts, ...drivers] }, options, {
    desired,
    apply: false,
    quiet: true,
  })
  const holds = ({ name }: ClusterHost) => report.facts.get(name)?.get(clusterData).datastore !== undefined
  const lead = withLead({ ...desired, cluster: { ...cluster, drivers } }, report.facts).cluster.lead
  const facts = report.facts.get(lead.name)
  const isHealthy = ({ nodeName }: ClusterHost) => facts?.get(node(nodeName))?.ready ?? false
  const by = drivers.includes(lead) && isHealthy(lead) ? lead : undefined
  const servers = by ? cluster.drivers.filter(({ nodeName }) => facts?.get(node(nodeName))) : []
  return {
    hosts,
    by,
    untold: !by && drivers.some((driver) => holds(driver) || !report.facts.has(driver.name)),
    orphans: drivers.length === 0 && cluster.drivers.some(holds) ? cluster.workers.filter(stays) : [],
    servers: {
      all: servers.length,
      go: servers.filter((server) => !stays(server)).length,
      healthy: servers.filter((server) => stays(server) && isHealthy(server)).length,
    },
    data: hosts.flatMap(({ name }) => report.facts.get(name)?.get(volumes) ?? []),
  }
}
