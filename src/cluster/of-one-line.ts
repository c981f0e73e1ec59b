import { formatOrigin } from '../errors.ts'
import type { Host } from '../inventory/inventory.ts'

/** Hosts that one line of the inventory names, such as a range. A mistake in it is told once. */
export interface OneLine {
  first: Host
  /** "web1", or "web1 and 299 more". */
  names: string
  many: boolean
}

/** Puts the hosts of each line together, in order. */
export function ofOneLine(hosts: readonly Host[]): OneLine[] {
  const lines = new Map<string, [Host, ...Host[]]>()
  for (const host of hosts) {
    const at = formatOrigin(host.origin)
    const line = lines.get(at)
    if (line) line.push(host)
    else lines.set(at, [host])
  }
  return [...lines.values()].map(([first, ...more]) => ({
    first,
    names: more.length > 0 ? `${first.name} and ${more.length} more` : first.name,
    many: more.length > 0,
  }))
}
