import type { Origin } from '../errors.ts'
import { nearest } from './edit-distance.ts'
import type { Inventory, Vars } from './inventory.ts'

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
