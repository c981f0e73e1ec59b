import type { Origin } from '../errors.ts'
import { didYouMean, nearest } from './edit-distance.ts'
import type { Host, Inventory, Vars, Warning } from './inventory.ts'

/** A variable that convecthub does not know, and the known name that was probably meant. */
export interface UnknownVariable {
  name: string
  origin: Origin
  suggestion?: string
}

/** Lists the variables of groups and hosts that are not in `known`, each once, with the place of its first use. */
export function unknownVariables(inventory: Inventory, known: readonly string[]): UnknownVariable[] {
  const names = new Set(known)
  const unknown = new Map<string, UnknownVariable>()
  const collectUnknown = (vars: Vars) => {
    for (const [name, { origin }] of vars) {
      if (names.has(name) || unknown.has(name)) continue
      const suggestion = nearest(name, known)
      unknown.set(name, suggestion === undefined ? { name, origin } : { name, origin, suggestion })
    }
  }
  for (const group of inventory.groups.values()) collectUnknown(group.vars)
  for (const host of inventory.hosts.values()) collectUnknown(host.vars)
  return [...unknown.values()]
}

/** A host's name counts as misspelt only from this length on. */
const SHORTEST = 4

/** At most so many pairs of names are compared, so that a huge inventory is not slow. */
const MOST_PAIRS = 200_000

/**
 * Hosts that probably exist only because the name of another host was misspelt: they have no address, and a host with a
 * similar name has one. Names that differ by their digits are similar only if the other host is in no group.
 */
export function misspeltHosts({ hosts }: Pick<Inventory, 'hosts'>): Warning[] {
  const hasAddress = ({ vars }: Host) => vars.has('ansible_host') || vars.has('ansible_ssh_host')
  const all = [...hosts.values()]
  const known = all.filter(hasAddress)
  // of a very short name nearly every other one is one letter away
  const bare = all.filter((host) => !hasAddress(host) && host.name.length >= SHORTEST)
  if (known.length * bare.length > MOST_PAIRS) return []
  return bare.flatMap(({ name, origin }) => {
    const letters = (text: string) => text.replace(/\d+/g, '')
    const others = known.filter(
      (host) => host.groups.every((group) => group === 'ungrouped') || letters(host.name) !== letters(name),
    )
    const hint = didYouMean(
      name,
      others.map((host) => host.name),
    )
    return hint === undefined
      ? []
      : [{ code: 'MISSPELT_HOST', message: `${name} has no address, unlike other hosts`, origin, hint }]
  })
}
