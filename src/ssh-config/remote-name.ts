import { isIPv6 } from 'node:net'
import type { Origin } from '../errors.ts'
import { expandAt } from './expand-at.ts'

/**
 * The machine that ssh connects to: HostName with %h expanded, or the host itself. In lower case; an IPv6 address is in
 * the canonical form of getnameinfo(3). Error: SSH_CONFIG for any other token.
 */
export function remoteName(
  host: string,
  hostName: string | undefined,
  origins: ReadonlyMap<string, Origin>,
): string {
  const name = hostName === undefined ? host : expandAt(hostName, { '%': '%', h: host }, { origins })
  // IPv6 addresses that end in IPv4 form or name an interface are not converted.
  return name.includes(':') && isIPv6(name) && !/[.%]/.test(name)
    ? new URL(`ssh://[${name}]`).hostname.slice(1, -1)
    : name.toLowerCase()
}
