import { stripVTControlCharacters } from 'node:util'
import { cells, cellsOf } from './cells.ts'

/**
 * Characters that a terminal would interpret or not show: control characters except newline and tab, line separators,
 * unpaired surrogates, private-use characters, and default-ignorable ones such as direction marks and zero-width space.
 */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Maximum length of a text from `textOf`, in characters. */
const LONGEST = 200

const PLAIN = /^[\n\t\x20-\x7e]*$/

/**
 * Makes untrusted text safe for a terminal: removes escape sequences (colours, cursor, window title) and replaces other
 * unprintable characters by U+FFFD. Newlines and tabs stay.
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text
  return visible(stripVTControlCharacters(text).replace(/\r$/gm, ''))
}

/**
 * Replaces unprintable characters by U+FFFD but removes nothing. For names that are compared: removing characters could
 * make two different names equal.
 */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNPRINTABLE, '\ufffd')
}

/** Like `printable`, on one line, so that untrusted text cannot imitate a line of convecthub. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, ' ')
}

/** Cuts a text that is longer than `most` characters and appends an ellipsis. Without `most`: as long as a quotation may be. */
export function shortened(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/**
 * The part of a line around the character at `index`, and a caret below that character. Shows at most `left` cells before
 * it and `right` cells from it on, with an ellipsis where something is cut off.
 */
export function pointAt(line: string, index: number, left = 60, right = 60): string {
  const shown = (text: string) => [...visible(text).replace(/[\n\t]/g, ' ')]
  const before = shown(line.slice(0, index).trimStart()).reverse()
  const after = shown(line.slice(index).trimEnd())
  const from = fitting(before, left)
  const to = fitting(after, right)
  const head = [...(from < before.length ? ['…'] : []), ...before.slice(0, from).reverse()].join('')
  const tail = `${after.slice(0, to).join('')}${to < after.length ? '…' : ''}`
  return `${head}${tail}\n${' '.repeat(cells(head))}^`
}

/** How many of the first characters fit into `room` cells. */
function fitting(characters: readonly string[], room: number): number {
  let filled = 0
  const end = characters.findIndex((character) => {
    filled += cellsOf(character)
    return filled > room
  })
  return end < 0 ? characters.length : end
}

/** A value from untrusted JSON as a printable line of limited length; empty when it is not a string. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? oneLine(shortened(value, LONGEST)) : ''
}

/** JSON with unprintable characters escaped, so that it is safe for a terminal and parses to the same value. */
export function printableJson(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return printableJsonText(JSON.stringify(value, replacer))
}

/** Like `printableJson`, for a text that is already JSON. */
export function printableJsonText(json: string): string {
  return json.replace(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
