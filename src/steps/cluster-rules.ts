import { digest } from '../digest.ts'
import type { Finding, PlanContext } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { type ClusterData, clusterData } from '../facts/cluster-data.ts'
import { node } from '../facts/node.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { volumes, volumesText } from '../facts/volumes.ts'
import { STORAGE } from '../layout.ts'
import { bundledK3s } from './artifacts.ts'
import type { HostRule } from './host-rules.ts'
import { atLeast, upgradeKind, versionNumbers } from './k3s-version.ts'

const data = ({ facts }: PlanContext) => facts.get(clusterData)

/** Whether a machine has a role or data of a cluster. */
const hasCluster = ({ role, datastore }: ClusterData) => role !== undefined || datastore !== undefined

/**
 * The K3s version in use, and the one that the bundle would bring. A machine that is not in a cluster yet is measured
 * by the lead's version, since no agent may be newer than its server.
 */
function versions(context: PlanContext) {
  const { cluster, peer } = context
  const lead = peer(cluster.lead.name)?.get(clusterData)
  const own = data(context)
  const inUse = hasCluster(own) ? own.version : lead?.datastore && lead.version
  const to = bundledK3s(context)?.version
  if (!inUse || !to) return { from: '', to: '', kind: 'same' } as const
  return { from: inUse, to, kind: upgradeKind(inUse, to) }
}

/** Rules about what cannot change after a cluster is founded: K3s would not start again, or would start empty. */
export const FOUNDED_RULES: readonly HostRule[] = [
  {
    id: 'token',
    wrong: (context) => {
      const { tokenDigest, datastore } = data(context)
      const other = tokenDigest !== undefined && tokenDigest !== digest(context.cluster.token.reveal())
      return other && datastore !== undefined && 'its cluster was founded with another convect_token'
    },
    hint: "put the old token back: the cluster's data is encrypted by it, and K3s would not start again",
  },
  {
    id: 'member-address',
    wrong: (context) => {
      const { datastore, nodeIp } = data(context)
      const found = nodeAddress(context.host, context.facts.get(addresses))
      if (datastore !== 'etcd' || !nodeIp || !found || found.ip === nodeIp) return false
      return `it is a member of etcd at ${nodeIp}, and would be at ${found.ip}`
    },
    hint: 'K3s does not come up under another address: give it the old one back, or take it out of the cluster and let it join again',
  },
  {
    id: 'role',
    wrong: (context) => {
      const { role } = data(context)
      const names = { driver: 'a server', worker: 'an agent' }
      return (
        role !== undefined &&
        role !== context.host.role &&
        `K3s is set up as ${names[role]} there, and the inventory wants ${names[context.host.role]}`
      )
    },
    hint: (context) =>
      `put it back under [${data(context).role}], run convecthub reset --limit ${context.host.name}, then move it`,
  },
  {
    id: 'datastore',
    wrong: (context) => {
      const { datastore, version } = data(context)
      const grows = datastore === 'sqlite' && context.cluster.drivers.length > 1
      return (
        grows &&
        !atLeast(version ?? '', '1.22.2') &&
        'its cluster is kept in sqlite, and several drivers need etcd'
      )
    },
    hint: 'K3s before 1.22.2 would start empty: keep one driver, or found the cluster again',
  },
  {
    id: 'stand-in',
    wrong: (context) => {
      const { standIn } = data(context)
      const real = context.bundle?.standIn === false
      if (!hasCluster(data(context)) || !context.bundle || standIn !== real) return false
      return standIn
        ? 'the stand-ins of the lab run there, and the bundle is a real one'
        : "a real K3s is there, and the bundle holds the lab's stand-ins"
    },
    hint: 'a cluster is of one kind: give the bundle that it was made with (--bundle), or reset it first',
  },
  {
    id: 'kept-data',
    level: 'warning',
    wrong: (context) => {
      const text = volumesText([context.facts.get(volumes)])
      return text !== '' && !hasCluster(data(context)) && `${text} of an earlier cluster are in ${STORAGE}`
    },
    hint: 'a new cluster does not take them up: its users start with empty homes. Copy what they need from there; `convecthub reset --delete-data` removes it',
  },
  {
    id: 'k3s-version',
    wrong: (context) => {
      const { from, to, kind } = versions(context)
      if (kind === 'same' || (kind === 'up' && context.upgrade)) return false
      return `K3s ${from} is there, and the bundle has ${to}`
    },
    hint: (context) => {
      const { from, kind } = versions(context)
      const [major, minor] = versionNumbers(from)
      return {
        same: '',
        up: 'convecthub provision --upgrade brings the cluster to it: a snapshot first, then one driver after the other, then the workers',
        far: `K3s is upgraded one minor version at a time: take a bundle with v${major}.${minor + 1} first`,
        down: `K3s never goes back: take a bundle with ${from}, or a later one`,
      }[kind]
    },
  },
]

/** One inventory must give one cluster: a new one is founded only when every driver answers that it has none. */
export function clusterFindings(contexts: readonly PlanContext[]): Finding[] {
  const [first] = contexts
  if (!first) return []
  const { cluster } = first
  const holders = contexts.filter((context) => context.host.role === 'driver' && data(context).datastore)
  const lead = contexts.find(({ host }) => host === cluster.lead)
  if (!lead) return twoClusters(holders)
  return [
    ...twoClusters(holders),
    ...(holders.length > 0 ? staleNodes(lead, contexts) : unaskedDrivers(lead, contexts)),
  ]
}

/** Drivers whose CA differs from that of the first one. */
function twoClusters(holders: readonly PlanContext[]): Finding[] {
  const [first, ...others] = holders.filter((holder) => data(holder).caHash)
  return others
    .filter((other) => first && data(other).caHash !== data(first).caHash)
    .map(({ host }) => ({
      level: 'error',
      id: 'two-clusters',
      host: host.name,
      message: `it holds another cluster than ${first?.host.name}`,
      hint: 'one inventory is one cluster: take the machines of the other one out, or reset them',
    }))
}

/** Refuses to found a cluster while a driver does not answer: it may have one already. */
function unaskedDrivers({ host, cluster }: PlanContext, contexts: readonly PlanContext[]): Finding[] {
  const away = cluster.drivers.filter((driver) => !contexts.some((context) => context.host === driver))
  if (away.length === 0) return []
  return [
    {
      level: 'error',
      id: 'founder',
      host: host.name,
      message: `the cluster cannot be founded: ${away.map(({ name }) => name).join(', ')} did not answer, and may hold one already`,
      hint: 'run it again when all drivers answer, or take those that are gone out of the inventory',
    },
  ]
}

/**
 * Nodes that keep a machine from joining: those being removed, and those of machines that no longer have anything of
 * the cluster (reinstalled, for example).
 */
function staleNodes(lead: PlanContext, contexts: readonly PlanContext[]): Finding[] {
  const leaving = contexts
    .filter(({ host }) => lead.facts.get(node(host.nodeName))?.leaving)
    .map(
      ({ host }): Finding => ({
        level: 'error',
        id: 'leaving-node',
        host: host.name,
        message: 'the cluster was told to remove its node, and has not come to an end with it',
        hint: `convecthub reset --limit ${host.name} goes on with it; then it can join`,
      }),
    )
  const unknown = contexts
    .filter(
      ({ host, facts }) =>
        !facts.get(clusterData).role && lead.facts.get(node(host.nodeName))?.leaving === false,
    )
    .map(
      ({ host }): Finding => ({
        level: 'error',
        id: 'lost-node',
        host: host.name,
        message: `it holds nothing of the cluster, and the cluster still has ${host.role === 'driver' ? 'a server and member' : 'a node'} by its name`,
        hint: `was it reinstalled? convecthub reset --limit ${host.name} takes the old one out of the cluster; then it can join`,
      }),
    )
  return [...leaving, ...unknown]
}
