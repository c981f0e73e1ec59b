import { stringify } from 'yaml'
import { agentToken } from '../cluster/agent-token.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { PlanContext } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { system } from '../facts/system.ts'
import { AGENT_TOKEN_FILE, FLANNEL_LINK, K3S_CONFIG, TOKEN_FILE, UNITS } from '../layout.ts'
import { Secret } from '../secret.ts'
import { template } from '../templates.ts'
import { unitName } from './k3s-unit.ts'
import { atLeast } from './k3s-version.ts'
import type { ManagedFile } from './managed-file.ts'

/** The device plugin runs on nodes with this label. */
export const GPU_LABEL = 'nvidia.com/gpu.present'

/** A key of config.yaml: the role and the K3s versions it is for, and its value; undefined leaves it out. */
interface Key {
  key: string
  role?: 'driver' | 'worker'
  /** The first version that supports it, if later than 1.21 [K3s docs, server and agent CLI reference]. */
  since?: string
  value(context: KeyContext): string | number | boolean | readonly string[] | undefined
}

interface KeyContext extends PlanContext {
  ip: string
  iface: string
  version: string
  /** URL of the server that it joins through; undefined when it founded the cluster, or is about to. */
  server: string | undefined
}

const KEYS: readonly Key[] = [
  { key: 'node-name', value: ({ host }) => host.nodeName },
  { key: 'node-ip', value: ({ ip }) => ip },
  { key: 'flannel-iface', value: ({ iface }) => iface },
  { key: 'token-file', value: () => TOKEN_FILE },
  { key: 'agent-token-file', role: 'driver', value: () => AGENT_TOKEN_FILE },
  { key: 'server', value: ({ server }) => server },
  // only read when the node registers; the step gpu-plugin labels nodes that are registered already
  { key: 'node-label', value: ({ host }) => (host.settings.has_gpu ? [`${GPU_LABEL}=true`] : undefined) },
  {
    key: 'cluster-init',
    role: 'driver',
    value: ({ server, cluster }) => (server === undefined && cluster.drivers.length > 1) || undefined,
  },
  {
    key: 'tls-san',
    role: 'driver',
    value: ({ ip, host }) => [...new Set([ip, host.address, host.nodeName])],
  },
  { key: 'write-kubeconfig-mode', role: 'driver', value: () => '0600' },
  // iptables 1.8.0-1.8.4 of a host keeps adding duplicate rules (K3s docs, known issues)
  { key: 'prefer-bundled-bin', since: '1.26.0', value: () => true },
  // kubelets from 1.35 on refuse cgroup v1 unless told otherwise (kubernetes#134298)
  {
    key: 'kubelet-arg',
    since: '1.35.0',
    value: ({ facts }) => (facts.get(system).cgroup === 1 ? ['fail-cgroupv1=false'] : undefined),
  },
]

/** The files that K3s reads on this host, including its unit. */
export function k3sFiles(context: PlanContext, version: string): ManagedFile[] {
  const { host, cluster } = context
  const keyContext = { ...context, ...addressOf(context), version, server: serverOf(context) }
  const config = KEYS.flatMap(({ key, role, since, value }): [string, unknown][] => {
    if ((role && role !== host.role) || (since && !atLeast(version, since))) return []
    const wanted = value(keyContext)
    return wanted === undefined ? [] : [[key, wanted]]
  })
  const unit = unitName(host)
  return [
    {
      path: K3S_CONFIG,
      mode: '600',
      content: `# Written by convecthub.\n${stringify(Object.fromEntries(config), { version: '1.1' })}`,
    },
    { path: TOKEN_FILE, mode: '600', content: tokenOf(keyContext) },
    ...(host.role === 'driver'
      ? [{ path: AGENT_TOKEN_FILE, mode: '600', content: agentToken(cluster.token) }]
      : []),
    ...(atLeast(version, '1.22.0')
      ? []
      : [{ path: FLANNEL_LINK, mode: '644', content: template('k3s/50-flannel.link') }]),
    {
      path: `${UNITS}/${unit}`,
      mode: '644',
      content: template('k3s/k3s.service', { ROLE: host.role === 'driver' ? 'server' : 'agent', UNIT: unit }),
    },
  ]
}

/** The paths that k3sFiles may return, for any version: facts are read before the version is known. */
export const K3S_PATHS = [K3S_CONFIG, TOKEN_FILE, AGENT_TOKEN_FILE, FLANNEL_LINK] as const

/**
 * The token file of a host. The token of a joining host includes the hash of the cluster's CA, read from the lead's own
 * files, so that no other machine can pose as the server. Agents get a secret that differs from the servers'.
 */
function tokenOf({ host, cluster, server, peer }: KeyContext): Secret {
  if (server === undefined) return cluster.token
  const hash = peer(cluster.lead.name)?.get(clusterData).caHash ?? UNKNOWN_CA
  const [user, secret] =
    host.role === 'driver' ? ['server', cluster.token] : ['node', agentToken(cluster.token)]
  return new Secret(`K10${hash}::${user}:${secret.reveal()}`)
}

/** Stands for the CA hash before there is a cluster, such as in a plan; K3s would refuse it. */
const UNKNOWN_CA = '0'.repeat(64)

/**
 * The URL that K3s joins through. A configured URL is kept even when the lead has changed, to avoid a restart: K3s uses
 * it once, then knows all servers. It is replaced only when every driver answers and none of them has this URL.
 */
function serverOf({ host, cluster, facts, peer }: PlanContext): string | undefined {
  const { datastore, server } = facts.get(clusterData)
  const leads = cluster.lead === host
  if (server === undefined && (leads || datastore !== undefined)) return undefined
  const urls = cluster.drivers.map((driver) => serverUrl(driver, peer(driver.name)))
  const stays = server !== undefined && (leads || urls.includes(server) || urls.includes(undefined))
  if (stays) return server
  const url = urls[cluster.drivers.indexOf(cluster.lead)]
  if (!url) throw new Error(`${cluster.lead.name} has no node address, which preflight checks`)
  return url
}

/** The URL of a driver's Kubernetes API; undefined when the driver did not answer. */
function serverUrl(driver: ClusterHost, facts: Facts | undefined): string | undefined {
  const found = facts && nodeAddress(driver, facts.get(addresses))
  return found && `https://${found.ip}:6443`
}

function addressOf({ host, facts }: PlanContext) {
  const found = nodeAddress(host, facts.get(addresses))
  if (!found) throw new Error(`${host.name} has no node address, which preflight checks`)
  return found
}
