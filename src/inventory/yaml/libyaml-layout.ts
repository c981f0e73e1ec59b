import { type BlockScalar, YamlPosition } from './yaml-position.ts'

/** A YAML text rewritten for the `yaml` library, with the data to map places back to the original text. */
export interface Layout {
  text: string
  /** The original lines, each with its line break. */
  lines: readonly string[]
  /** By how many columns a line was moved to the right, by line number from 1. */
  shifts: ReadonlyMap<number, number>
  /** The tabs that libyaml refuses. Lines and columns count from 1. */
  tabs: readonly { line: number; column: number }[]
}

const MARKER = /^(?:---|\.\.\.)(?=\s|$)/
const END = /^\.\.\.(?=\s|$)/

/**
 * Rewrites a text so that the `yaml` library, which follows YAML 1.2, reads it as Ansible's libyaml does.
 * libyaml differs in these points:
 * - CR and NEL are line breaks, too.
 * - Inside quotes and brackets the indentation does not matter, be it spaces or tabs (`yaml_parser_scan_flow_scalar`,
 *   `yaml_parser_unroll_indent`). Such lines get the spaces that the library requires.
 * - A block scalar at the end of the file ends in a line break only if the file does
 *   (`yaml_parser_scan_block_scalar`). Otherwise the indicator `-` is added to its header.
 * - Other lines must not start with a tab (`yaml_parser_scan_to_next_token`). Exceptions are block scalars, and plain
 *   scalars if spaces before the tab indent them enough or if they are in brackets (`yaml_parser_scan_plain_scalar`).
 * - A document may end with several `...` (`yaml_parser_parse_document_start`). All but the first become blanks.
 *
 * Only columns change, never the number of a line.
 */
export function libyamlLayout(text: string): Layout {
  const { lines } = plainLayout(text.replace(/\r(?!\n)|\x85/g, '\n'))
  const shifts = new Map<number, number>()
  const tabs: { line: number; column: number }[] = []
  const position = new YamlPosition()
  for (const [index, line] of lines.entries()) {
    const tab = position.wrongTab(line)
    if (tab !== undefined) tabs.push({ line: index + 1, column: tab + 1 })
    const shown = position.ended ? line.replace(END, '   ') : indent(line, position.width)
    if (shown.length !== line.length) shifts.set(index + 1, shown.length - line.length)
    position.read(shown)
  }
  const block = position.end()
  return { text: block === undefined ? position.text : strip(position.text, block), lines, shifts, tabs }
}

/** The layout of a text that the library can read unchanged. */
export function plainLayout(text: string): Layout {
  return { text, lines: text.match(/[^\n]*\n|[^\n]+$/g) ?? [], shifts: new Map(), tabs: [] }
}

/** Indents a line by at least `width` spaces, without tabs. Document markers stay: they end any quote or bracket. */
function indent(line: string, width: number): string {
  const blanks = /^[ \t]*/.exec(line)?.[0] ?? ''
  if (width === 0 || MARKER.test(line) || (blanks.length >= width && !blanks.includes('\t'))) return line
  return ' '.repeat(width) + line.slice(blanks.length)
}

/** Adds the indicator `-` (no final line break) to the header of a block scalar. */
function strip(text: string, { start, header }: BlockScalar): string {
  return `${text.slice(0, start)}${header.replace(/[-+]/, '')}-${text.slice(start + header.length)}`
}
