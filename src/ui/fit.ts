import { stripVTControlCharacters } from 'node:util'
import { cells, cellsOf } from '../cells.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
export const COLOUR = /(\u001b\[\d+m)/

/** Cuts a line to a width in columns, at a blank where there is one, and ends it with an ellipsis. Keeps its colours. */
export function fit(line: string, width: number): string {
  if (cells(line) <= width) return line
  if (width < 1) return ''
  let left = lengthWithin(stripVTControlCharacters(line), width - 1)
  let cut = false
  return line
    .split(COLOUR)
    .map((part, i) => {
      if (i % 2 === 1 || cut) return i % 2 === 1 ? part : ''
      cut = part.length > left
      const kept = part.slice(0, left)
      left -= kept.length
      return cut ? `${kept}…` : kept
    })
    .join('')
}

/** How many characters of a text to keep, so that they take at most `width` columns and end before a blank. */
function lengthWithin(text: string, width: number): number {
  let length = 0
  let taken = 0
  for (const character of text) {
    taken += cellsOf(character)
    if (taken > width) break
    length += character.length
  }
  const whole = text.slice(0, text.lastIndexOf(' ', length) + 1).trimEnd().length
  // a long word is cut itself rather than leaving half of the line empty
  return whole > length / 2 ? whole : length
}

/**
 * Breaks a line at blanks, so that no part is wider than `width` where its words allow it. Later parts begin with
 * `indent`, so that none looks like a line of its own.
 */
export function wrap(line: string, width: number, indent = width > 20 ? '    ' : ' '): string[] {
  const words = wordsOf(line).map((text) => ({ text }))
  return fill(words, width, '', indent).map((parts, i) => {
    return `${i === 0 ? '' : indent}${parts.map(({ text }) => text).join(' ')}`.trimEnd()
  })
}

/** The words of a line; more than one blank, or one at its start or end, belongs to the word beside it. */
export function wordsOf(line: string): string[] {
  return line.split(/(?<=\S) (?=\S)/)
}

/**
 * Fills lines with words, one blank between them, up to `width` cells; the first begins with `first`, all others with
 * `next`. A word that is longer gets a line of its own.
 */
export function fill<W extends { text: string }>(
  words: readonly W[],
  width: number,
  first: string,
  next: string,
): W[][] {
  const lines: W[][] = []
  let filled = 0
  for (const word of words) {
    const size = cells(word.text)
    const line = lines.at(-1)
    if (line && filled + 1 + size <= width) {
      line.push(word)
      filled += 1 + size
    } else {
      filled = cells(line ? next : first) + size
      lines.push([word])
    }
  }
  return lines
}
