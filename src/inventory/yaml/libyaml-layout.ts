import { type BlockScalar, YamlPosition } from './yaml-position.ts'

/** A YAML text laid out for the `yaml` library, with what leads back to the text as written. */
export interface Layout {
  text: string
  /** The lines as written, each with its line break. */
  lines: readonly string[]
  /** How many columns further right a line stands than it was written; keys are line numbers from 1. */
  shifts: ReadonlyMap<number, number>
  /** The tabs that libyaml refuses; lines and columns from 1. */
  tabs: readonly { line: number; column: number }[]
}

const MARKER = /^(?:---|\.\.\.)(?=\s|$)/
const END = /^\.\.\.(?=\s|$)/

/**
 * Lays a text out so that the `yaml` library, which follows YAML 1.2, reads it as libyaml does, which reads for
 * Ansible. What libyaml does otherwise:
 * - CR and NEL break a line, too.
 * - Between quotes and between brackets indentation means nothing, be it spaces or tabs
 *   (`yaml_parser_scan_flow_scalar`, `yaml_parser_unroll_indent`): such lines get the spaces that the library wants.
 * - The last line of a block scalar ends in a line break only when the file does (`yaml_parser_scan_block_scalar`):
 *   where it does not, the scalar's header gets the indicator `-`.
 * - Elsewhere a tab in front of a line is wrong (`yaml_parser_scan_to_next_token`), but in block scalars and, behind
 *   spaces that indent enough, in plain ones; these in brackets, too (`yaml_parser_scan_plain_scalar`).
 * - Several `...` may end a document (`yaml_parser_parse_document_start`): those after the first become blanks.
 *
 * Lines stay lines: only columns change.
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

/** A text that the library reads as it is. */
export function plainLayout(text: string): Layout {
  return { text, lines: text.match(/[^\n]*\n|[^\n]+$/g) ?? [], shifts: new Map(), tabs: [] }
}

/** A line with at least so many spaces in front and no tab; document markers end what they stand in. */
function indent(line: string, width: number): string {
  const blanks = /^[ \t]*/.exec(line)?.[0] ?? ''
  if (width === 0 || MARKER.test(line) || (blanks.length >= width && !blanks.includes('\t'))) return line
  return ' '.repeat(width) + line.slice(blanks.length)
}

/** The text with the indicator `-` in the header of a block scalar. */
function strip(text: string, { start, header }: BlockScalar): string {
  return `${text.slice(0, start)}${header.replace(/[-+]/, '')}-${text.slice(start + header.length)}`
}
