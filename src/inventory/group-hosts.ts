import type { Inventory } from './inventory.ts'

/** The hosts of a group and its descendants, breadth first and without duplicates, like Ansible's `get_hosts`. */
export function groupHosts(inventory: Inventory, name: string): string[] {
  const hosts = new Set<string>()
  const seen = new Set([name])
  for (let level = [name]; level.length > 0; ) {
    const below: string[] = []
    for (const each of level) {
      const group = inventory.groups.get(each)
      for (const host of group?.hosts ?? []) hosts.add(host)
      for (const child of group?.children ?? []) {
        if (!seen.has(child)) below.push(child)
        seen.add(child)
      }
    }
    level = below
  }
  return [...hosts]
}
