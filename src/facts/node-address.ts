import type { ClusterHost } from '../cluster/cluster.ts'
import type { Addresses } from './addresses.ts'

/** The interface and IPv4 address at which the other machines of the cluster reach this one. */
export interface NodeAddress {
  iface: string
  ip: string
}

/**
 * Takes the interface from my_iface, else the one that the SSH connection uses, else the one of the default route. If
 * it has several addresses, prefers that of the SSH connection. Undefined when there is no address.
 */
export function nodeAddress(
  host: ClusterHost,
  { interfaces, defaultInterface }: Addresses,
): NodeAddress | undefined {
  const sshInterface = [...interfaces].find(([, ips]) => ips.includes(host.address))?.[0]
  const iface = host.settings.my_iface ?? sshInterface ?? defaultInterface
  const ips = iface === undefined ? undefined : interfaces.get(iface)
  const ip = ips?.includes(host.address) ? host.address : ips?.[0]
  return iface !== undefined && ip !== undefined ? { iface, ip } : undefined
}
