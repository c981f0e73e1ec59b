import { ConvecthubError } from '../errors.ts'
import { parseHostPattern } from './host-pattern.ts'
import { addHost, type BuilderGroup, type InventoryBuilder } from './inventory-builder.ts'

/** Reads a host list such as `-i h1,h2:2222,`. Hosts go to `ungrouped`; ranges are not expanded (rules.md §8). */
export function readHostList(builder: InventoryBuilder, list: string, problems: ConvecthubError[]): void {
  const origin = { file: list }
  const ungrouped = builder.groups.get('ungrouped') as BuilderGroup
  for (const text of list.split(',').map((part) => part.trim())) {
    if (text === '') continue
    const pattern = parseHostPattern(text, origin, { ranges: false })
    if (pattern instanceof ConvecthubError) {
      problems.push(pattern)
      continue
    }
    if (pattern.doubt) builder.strictErrors.push(pattern.doubt)
    const [name = ''] = pattern.names
    if (builder.hosts.has(name)) continue
    addHost(builder, name, origin, pattern.port)
    ungrouped.hosts.add(name)
  }
}
