import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

export interface Addresses {
  /** IPv4 addresses by interface name, in the kernel's order. */
  interfaces: ReadonlyMap<string, readonly string[]>
  /** The interface of the default route. */
  defaultInterface: string | undefined
}

const family: FactFamily<Addresses> = {
  id: 'addresses',
  script: () => rawSh('ip -o -4 addr show\nip -4 route show default'),
  parse: (output) => new Map([['', parseAddresses(output)]]),
}

export const addresses: Fact<Addresses> = { family, key: '' }

function parseAddresses(output: string): Addresses {
  const interfaces = new Map<string, string[]>()
  for (const [, name = '', address = ''] of output.matchAll(/^\d+: (\S+)\s+inet ([\d.]+)/gm)) {
    interfaces.set(name, [...(interfaces.get(name) ?? []), address])
  }
  return { interfaces, defaultInterface: /^default .*\bdev (\S+)/m.exec(output)?.[1] }
}
