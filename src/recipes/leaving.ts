import type { ClusterHost } from '../cluster/cluster.ts'
import type { Desired } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { node } from '../facts/node.ts'
import { type Volumes, volumes, volumesText } from '../facts/volumes.ts'
import { STORAGE } from '../layout.ts'
import { withLead } from '../steps/lead.ts'

/** What a reset of some hosts means for the cluster. */
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
 * Turns the facts of the recipe `look`, by host, into what a reset of `hosts` means. A driver without facts did not
 * answer, so it may hold a cluster.
 */
export function leaving(
  desired: Desired,
  hosts: readonly ClusterHost[],
  facts: ReadonlyMap<string, Facts>,
): Leaving {
  const { cluster } = desired
  const stays = (host: ClusterHost) => !hosts.includes(host)
  const drivers = cluster.drivers.filter(stays)
  const mayHold = ({ name }: ClusterHost) => !facts.has(name) || facts.get(name)?.get(clusterData).datastore
  const { lead } = withLead({ ...desired, cluster: { ...cluster, drivers } }, facts).cluster
  const seen = facts.get(lead.name)
  const isHealthy = ({ nodeName }: ClusterHost) => seen?.get(node(nodeName))?.ready ?? false
  const by = drivers.includes(lead) && isHealthy(lead) ? lead : undefined
  const servers = by ? cluster.drivers.filter(({ nodeName }) => seen?.get(node(nodeName))) : []
  return {
    hosts,
    by,
    untold: !by && drivers.some(mayHold),
    orphans: drivers.length === 0 && cluster.drivers.some(mayHold) ? cluster.workers.filter(stays) : [],
    servers: {
      all: servers.length,
      go: servers.filter((server) => !stays(server)).length,
      healthy: servers.filter((server) => stays(server) && isHealthy(server)).length,
    },
    data: hosts.flatMap(({ name }) => facts.get(name)?.get(volumes) ?? []),
  }
}

/** What a reset means for users' data and for the cluster, as sentences. */
export function leavingWarnings(
  { hosts, untold, orphans, servers, data }: Leaving,
  deleteData: boolean,
): string[] {
  const text = volumesText(data)
  const fate = deleteData
    ? `Users' data goes with it: ${text} in ${STORAGE}.`
    : `Users' data stays: ${text} in ${STORAGE}; --delete-data removes it. A new cluster does not take it up by itself.`
  const left = servers.all - servers.go
  const says =
    servers.healthy * 2 <= left
      ? `of those only ${servers.healthy} ${servers.healthy === 1 ? 'is' : 'are'} well, too few to go on: repair them first, or reset them too`
      : left < 3
        ? 'the cluster stands still when one of those fails'
        : 'fewer may fail from then on'
  const quorum = `${servers.go} of ${servers.all} servers of the cluster go, and ${left} ${left === 1 ? 'stays' : 'stay'}: ${says}.`
  const nodes = hosts.map(({ nodeName }) => nodeName).join(' ')
  const behind = `No driver that stays is well, so the cluster is not told: the nodes stay in it, with their passwords and etcd members. Later, on a driver that is healthy: k3s kubectl delete node ${nodes}`
  const end = `All servers of the cluster go, and with them the cluster: ${orphans.map(({ name }) => name).join(', ')} ${orphans.length === 1 ? 'stays' : 'stay'} without one.`
  return [
    ...(orphans.length > 0 ? [end] : []),
    ...(text ? [fate] : []),
    ...(servers.go > 0 ? [quorum] : []),
    ...(untold ? [behind] : []),
  ]
}

/**
 * Whether `--yes` is not enough: the cluster ends, may lose its quorum, or keeps a server that nobody can remove from
 * it.
 */
export function wantsTyping({ hosts, untold, orphans, servers }: Leaving): boolean {
  const quorum =
    servers.go > 0 && (servers.go * 2 > servers.all || servers.healthy * 2 <= servers.all - servers.go)
  return quorum || orphans.length > 0 || (untold && hosts.some(({ role }) => role === 'driver'))
}
