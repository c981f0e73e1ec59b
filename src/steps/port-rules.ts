import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import { K3S_PORTS } from '../cluster/k3s-ports.ts'
import type { PlanContext } from '../engine/step.ts'
import { owned } from '../facts/owned.ts'
import { type Listener, listeningPorts, type Port } from '../facts/ports.ts'
import { ownsK3s } from './artifacts.ts'
import type { HostRule } from './host-rules.ts'

/** Nobody else may listen where the hub and K3s will. */
export const PORT_RULES: readonly HostRule[] = [
  {
    id: 'port',
    // by iptables K3s leads these to the hub ahead of whoever listens there, also a pod on the host's own network
    wrong: (context) => taken(context, hubPorts(context.cluster), ({ k3s, pod }) => k3s === true && !pod),
    hint: 'stop it, or set http_port and https_port',
  },
  {
    id: 'port',
    // the kernel's own socket for UDP 8472 belongs to no process
    wrong: (context) => taken(context, k3sPorts(context.host, context.cluster), ({ k3s }) => k3s !== false),
    hint: 'stop it: K3s needs this port',
  },
]

/** The question that the rules are about. */
export function askedPorts(host: ClusterHost, cluster: Cluster) {
  return listeningPorts([...hubPorts(cluster), ...k3sPorts(host, cluster)])
}

const hubPorts = ({ httpPort, httpsPort }: Cluster): Port[] => [`tcp ${httpPort}`, `tcp ${httpsPort}`]

function k3sPorts({ role }: ClusterHost, { drivers }: Cluster): Port[] {
  const { all, driver, drivers: several } = K3S_PORTS
  const server = role === 'driver' && { ...driver, ...(drivers.length > 1 && several) }
  const here = Object.keys({ ...all, ...server })
  return [...here.map((port): Port => `tcp ${Number(port)}`), 'udp 8472']
}

/** Which of these ports something else listens on than our own K3s, which `isOurs` knows. */
function taken(
  { host, cluster, facts }: PlanContext,
  ports: readonly Port[],
  isOurs: (listener: Listener) => boolean,
): string[] {
  const ours = ownsK3s(facts.get(owned))
  const listening = facts.get(askedPorts(host, cluster))
  return ports.flatMap((port) => {
    const listener = listening.get(port)
    if (!listener || (ours && isOurs(listener))) return []
    const [kind, number] = port.split(' ')
    return [`${kind === 'udp' ? 'UDP port' : 'port'} ${number} is taken by ${listener.name}`]
  })
}
