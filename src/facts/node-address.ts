import type { ClusterHost } from '../cluster/cluster.ts'
import type { Addresses } from './addresses.ts'

/** The interface and IPv4 address by which the cluster's other machines reach this one. */
export interface NodeAddress {
  iface: string
  ip: string
}

/**
 * By my_iface; without it, where the SSH connection came in, else the default route. Of several addresses it is the one
 * that we reached. Undefined when there is none.
 */
export function nodeAddress(
  host: ClusterHost,
  { interfaces, defaultInterface }: Addresses,
): NodeAddress | undefined {
  const carrier = [...interfaces].find(([, ips]) => ips.includes(host.address))?.[0]
  const iface = host.settings.my_iface ?? carrier ?? defaultInterface
  const ips = iface === undefined ? undefined : interfaces.get(iface)
  const ip = ips?.includes(host.address) ? host.address : ips?.[0]
  return iface !== undefined && ip !== undefined ? { iface, ip } : undefined
}
