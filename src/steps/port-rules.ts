import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import { K3S_PORTS, REGISTRY_PORT } from '../cluster/k3s-ports.ts'
import type { PlanContext } from '../engine/step.ts'
import { owned } from '../facts/owned.ts'
import { type Listener, listeningPorts, type Port, portName } from '../facts/ports.ts'
import { REGISTRY_UNIT } from '../layout.ts'
import { ownsK3s } from './artifacts.ts'
import type { HostRule } from './host-rules.ts'

/** No other program may listen on the ports of the hub and of K3s. */
export const PORT_RULES: readonly HostRule[] = [
  {
    id: 'port',
    // K3s redirects these ports by iptables, away from any program that listens there, even a pod with hostNetwork
    wrong: (context) =>
      takenPorts(context, hubPorts(context.cluster), ({ k3s, pod }) => k3s === true && !pod),
    hint: 'stop it, or set http_port and https_port',
  },
  {
    id: 'port',
    // the kernel's socket for UDP 8472 belongs to no process
    wrong: (context) =>
      takenPorts(context, k3sPorts(context.host, context.cluster), ({ k3s }) => k3s !== false),
    hint: 'stop it: K3s needs this port',
  },
  {
    id: 'port',
    wrong: (context) =>
      context.facts.get(owned).files.includes(REGISTRY_UNIT)
        ? false
        : takenPorts(context, registryPorts(context.host, context.cluster), () => false),
    hint: 'stop it, or put another machine into the group [registry], whose image registry needs this port',
  },
]

/** The fact that the rules read: who listens on these ports. */
export function askedPorts(host: ClusterHost, cluster: Cluster) {
  return listeningPorts([...hubPorts(cluster), ...k3sPorts(host, cluster), ...registryPorts(host, cluster)])
}

const tcp = (number: number): Port => ({ protocol: 'tcp', number })

const hubPorts = ({ httpPort, httpsPort }: Cluster): Port[] => [tcp(httpPort), tcp(httpsPort)]

const registryPorts = (host: ClusterHost, { registry }: Cluster): Port[] =>
  registry === host ? [tcp(REGISTRY_PORT)] : []

function k3sPorts({ role }: ClusterHost, { drivers }: Cluster): Port[] {
  const { all, driver, drivers: several } = K3S_PORTS
  const server = role === 'driver' && { ...driver, ...(drivers.length > 1 && several) }
  const here = Object.keys({ ...all, ...server })
  return [...here.map((port) => tcp(Number(port))), { protocol: 'udp', number: 8472 }]
}

/** Messages for the ports that are in use by anything but convecthub's K3s; `isOurs` recognizes that one. */
function takenPorts(
  { host, cluster, facts }: PlanContext,
  ports: readonly Port[],
  isOurs: (listener: Listener) => boolean,
): string[] {
  const ours = ownsK3s(facts.get(owned))
  const listening = facts.get(askedPorts(host, cluster))
  return ports.flatMap((port) => {
    const listener = listening.get(portName(port))
    if (!listener || (ours && isOurs(listener))) return []
    return [`${port.protocol === 'udp' ? 'UDP port' : 'port'} ${port.number} is taken by ${listener.name}`]
  })
}
