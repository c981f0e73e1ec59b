import { isIPv6 } from 'node:net'
import type { Origin } from '../errors.ts'
import { expandAt } from './expand-at.ts'

/**
 * Where a call of ssh leads: its HostName with %h in place, or else the host itself; in lower case, and an IPv6 address
 * as getnameinfo(3) writes it. Error: SSH_CONFIG for any other token.
 */
export function remoteName(
  host: string,
  hostName: string | undefined,
  origins: ReadonlyMap<string, Origin>,
): string {
  const name = hostName === undefined ? host : expandAt(hostName, { '%': '%', h: host }, { origins })
  // Only an address written short is one of a kind; those that end as IPv4 or name an interface stay as they are.
  return name.includes(':') && isIPv6(name) && !/[.%]/.test(name)
    ? new URL(`ssh://[${name}]`).hostname.slice(1, -1)
    : name.toLowerCase()
}
