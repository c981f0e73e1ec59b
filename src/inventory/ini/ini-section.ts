import { shortened } from '../../printable.ts'
import { PYTHON_SPACE } from '../python/python-text.ts'

/** What the lines of a section contain. */
export type SectionKind = 'hosts' | 'vars' | 'children'

/** A section header, or the error for a line that was meant as one. */
export type Section =
  | { name: string; kind: SectionKind; error?: undefined }
  /** `name` and `kind` are what was probably meant, so that reading can continue. */
  | { error: string; hint: string; name?: string; kind?: SectionKind }

const NAME = `[^:\\]${PYTHON_SPACE}]+`
const HEADER = new RegExp(`^\\[(${NAME})(?::([\\p{L}\\p{N}_]+))?\\][${PYTHON_SPACE}]*(#.*)?$`, 'u')
const SEMICOLON = new RegExp(`^\\[(${NAME})(?::(hosts|vars|children))?\\][${PYTHON_SPACE}]*;`, 'u')
const CHILD = new RegExp(`^(${NAME})[${PYTHON_SPACE}]*(?:#[^]*)?$`, 'u')
const KINDS: readonly string[] = ['hosts', 'vars', 'children'] satisfies SectionKind[]
const SHAPE = 'write [group], [group:vars] or [group:children], without blanks inside'

/** Parses a section header (rules.md §2). Undefined for any other line. `line` has no blanks around it. */
export function parseSection(line: string): Section | undefined {
  if (!line.startsWith('[')) return undefined
  const header = HEADER.exec(line)
  if (header !== null) {
    const [, name = '', kind = 'hosts'] = header
    if (KINDS.includes(kind)) return { name, kind: kind as SectionKind }
    return { error: `Section [${name}:${kind}] has unknown type: ${kind}`, hint: SHAPE }
  }
  const semicolon = SEMICOLON.exec(line)
  if (semicolon !== null) {
    const [, name = '', kind = 'hosts'] = semicolon
    const hint = 'a comment behind a section header starts with #'
    return {
      error: `';' does not start a comment behind a section header`,
      hint,
      name,
      kind: kind as SectionKind,
    }
  }
  if (line.endsWith(']')) return { error: `Invalid section entry: '${shortened(line)}'`, hint: SHAPE }
  if (!line.includes(']'))
    return { error: `the section header '${shortened(line)}' is not closed with ]`, hint: SHAPE }
  return undefined
}

/** The group named by a line under `[x:children]`; undefined if the line is not exactly one name. */
export function parseChild(line: string): string | undefined {
  return CHILD.exec(line)?.[1]
}
