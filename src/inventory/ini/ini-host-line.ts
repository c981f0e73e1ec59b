import { ConvecthubError, type Origin } from '../../errors.ts'
import { type HostPattern, parseHostPattern } from '../host-pattern.ts'
import type { Setting } from '../inventory.ts'
import { NAMELESS, problem } from '../problems.ts'
import { shellWords } from '../python/shell-words.ts'
import { typedSetting } from './ini-value.ts'

/** A parsed host line. */
export interface HostLine extends HostPattern {
  origin: Origin
  vars: Map<string, Setting>
}

/** Returns the origin of the character at an index of the line. */
export type OriginAt = (index: number) => Origin

/**
 * Parses `pattern key=value key=value # comment` (rules.md §3). Adds to `problems` INVENTORY_HOST_LINE for wrong words,
 * and the errors of parseHostPattern() and typedSetting().
 */
export function parseHostLine(
  line: string,
  originAt: OriginAt,
  problems: ConvecthubError[],
): HostLine | undefined {
  const wrong = (at: number, message: string, hint: string) =>
    problems.push(problem('INVENTORY_HOST_LINE', message, { origin: originAt(at), hint }))
  const split = shellWords(line, { comments: true })
  if ('error' in split) {
    if (split.error === 'quote')
      wrong(split.at, 'No closing quotation', 'close the quote, or write \\ before it to mean the character')
    else
      wrong(
        split.at,
        'No escaped character',
        'a line does not continue on the next one; remove the \\ at its end',
      )
    return undefined
  }
  const [first, ...rest] = split.words
  if (first === undefined) return undefined
  const origin = originAt(first.start)
  const pattern = parseHostPattern(first.text, origin, { ranges: true })
  if (pattern instanceof ConvecthubError) problems.push(pattern)
  const vars = new Map<string, Setting>()
  for (const word of rest) {
    const equals = word.text.indexOf('=')
    if (equals < 0) {
      wrong(word.start, `${NAMELESS} host variable assignment`, expectedAssignment(word.text))
      // The rest was meant as a comment; one error is enough for it.
      if (word.text.startsWith(';')) break
      continue
    }
    const name = word.text.slice(0, equals)
    const setting = typedSetting(name, word.text.slice(equals + 1), originAt(word.start))
    if (setting instanceof ConvecthubError) problems.push(setting)
    else vars.set(name, setting)
  }
  return pattern instanceof ConvecthubError ? undefined : { ...pattern, origin, vars }
}

function expectedAssignment(word: string): string {
  if (word.startsWith(';')) return 'a comment behind a host starts with #'
  return 'write key=value without blanks around =, and quotes around a value with blanks'
}
