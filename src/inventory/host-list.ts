import { ConvecthubError } from '../errors.ts'
import { addHost, type Draft, type DraftGroup } from './draft.ts'
import { parseHostPattern } from './host-pattern.ts'

/** Reads `-i h1,h2:2222,`: all hosts go to `ungrouped`, ranges are not expanded (rules.md §8). */
export function readHostList(draft: Draft, list: string, problems: ConvecthubError[]): void {
  const origin = { file: list }
  const ungrouped = draft.groups.get('ungrouped') as DraftGroup
  for (const text of list.split(',').map((part) => part.trim())) {
    if (text === '') continue
    const pattern = parseHostPattern(text, origin, list, { ranges: false })
    if (pattern instanceof ConvecthubError) {
      problems.push(pattern)
      continue
    }
    if (pattern.doubt) draft.doubts.push(pattern.doubt)
    const [name = ''] = pattern.names
    if (draft.hosts.has(name)) continue
    addHost(draft, name, origin, pattern.port)
    ungrouped.hosts.add(name)
  }
}
