/** Where a block of README.md is typed. */
export type Place = 'clone' | 'laptop' | 'each machine' | 'inv.toml'

export interface RoadBlock {
  place: Place | 'not run'
  /** Why it is not run. */
  reason: string
  text: string
  /** What README.md shows as the output of it. */
  output: readonly string[]
  /** Its first line in README.md. */
  line: number
}

const PLACES: readonly string[] = ['clone', 'laptop', 'each machine', 'inv.toml', 'not run']
const FENCE = /^```(\w*)$/

/**
 * The blocks that a page has its reader type, in their order: each has a comment `<!-- road: PLACE -->` above it, or
 * `<!-- road: not run: REASON -->`. A block of `text` shows the output of the one before. Throws where a mark is wrong
 * or missing.
 */
export function roadOf(page: string): RoadBlock[] {
  const lines = page.split('\n')
  const blocks: RoadBlock[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, language] = FENCE.exec(lines[at] ?? '') ?? []
    if (language === undefined) continue
    const end = lines.indexOf('```', at + 1)
    const text = lines.slice(at + 1, end)
    const [, place = '', reason = ''] = /^<!-- road: ([^:]*?)(?:: (.*))? -->$/.exec(lines[at - 1] ?? '') ?? []
    const previous = blocks.at(-1)
    if (language === 'text' && place === '' && previous)
      blocks[blocks.length - 1] = { ...previous, output: text }
    else if (!PLACES.includes(place) || (place === 'not run') !== (reason !== ''))
      throw new Error(`line ${at + 1}: the block has no mark that says where it is run`)
    else
      blocks.push({
        place: place as RoadBlock['place'],
        reason,
        text: text.join('\n'),
        output: [],
        line: at + 2,
      })
    at = end
  }
  return blocks
}
