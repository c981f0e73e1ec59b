import { addToCache, readCache } from '../artifacts/cache.ts'
import { mapping } from '../artifacts/proof/mapping.ts'
import type { SeenSystem } from '../steps/bundle-machine.ts'
import type { Target } from '../transport/target.ts'

/** The file of the machines in the cache. */
const MACHINES = 'machines.json'

/** What a login has told about a machine, and when: ISO 8601. */
export interface SeenMachine extends SeenSystem {
  at: string
}

type Targets = ReadonlyMap<string, Pick<Target, 'address' | 'port'>>

/** Keeps what machines are, for checks before the next login. `systems` is by name in the inventory. */
export function keepMachines(
  targets: Targets,
  systems: ReadonlyMap<string, SeenSystem>,
  at = new Date(),
): void {
  const entries = [...systems].map(
    ([
      name,
      {
        architecture,
        cgroup,
        os: { id, version },
      },
    ]) => [
      keyOf(name, targets),
      { architecture, cgroup, os: { id, version }, at: at.toISOString() } satisfies SeenMachine,
    ],
  )
  if (entries.length > 0) addToCache(MACHINES, Object.fromEntries(entries))
}

/** What the last login told about each machine; undefined where nobody has logged in from this account. */
export function seenMachines(targets: Targets): (name: string) => SeenMachine | undefined {
  const known = readCache(MACHINES)
  return (name) => {
    const { architecture, cgroup, os, at } = mapping(known[keyOf(name, targets)])
    const { id, version } = mapping(os)
    const texts = [architecture, id, version, at].every((text) => typeof text === 'string')
    return texts && (cgroup === 1 || cgroup === 2)
      ? {
          architecture: String(architecture),
          cgroup,
          os: { id: String(id), version: String(version) },
          at: String(at),
        }
      : undefined
  }
}

/** A machine is known by its name in the inventory and its address, since other inventories may use the same. */
function keyOf(name: string, targets: Targets): string {
  const { address = '', port = 0 } = targets.get(name) ?? {}
  return `${name} ${address} ${port}`
}
