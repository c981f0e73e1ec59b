import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

export interface Addresses {
  /** IPv4 addresses that other machines can reach, by interface name, in the kernel's order. */
  interfaces: ReadonlyMap<string, readonly string[]>
  /** The interface of the default route. */
  defaultInterface: string | undefined
}

export const addresses = singleFact<Addresses>(
  'addresses',
  rawSh('ip -o -4 addr show\nip -4 route show default'),
  (output) => parseAddresses(output),
)

const IPV4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?=\d)|$)){4}$/

/** Addresses that other machines cannot reach: "this host", loopback, multicast and reserved (RFC 6890). */
const UNREACHABLE = /^(0|127|2[2-5]\d)\./

function parseAddresses(output: string): Addresses {
  const interfaces = new Map<string, string[]>()
  for (const [, name = '', address = ''] of output.matchAll(/^\d+: (\S*)\s+inet ([\d.]+)/gm)) {
    if (!/^[\w.@-]{1,15}$/.test(name) || !IPV4.test(address) || UNREACHABLE.test(address)) continue
    interfaces.set(name, [...(interfaces.get(name) ?? []), address])
  }
  return { interfaces, defaultInterface: /^default .*\bdev (\S+)/m.exec(output)?.[1] }
}
