import { stripVTControlCharacters } from 'node:util'

/**
 * What a terminal would act on, or show nothing for: control characters but newline and tab, line separators, unpaired
 * surrogates, private characters, and all that Unicode calls ignorable, which holds marks of direction and zero widths.
 */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Of a name or a title that somebody else chose, characters. */
const LONGEST = 200

const PLAIN = /^[\n\t\x20-\x7e]*$/

/**
 * Somebody else's text as text only: sequences that colour, move the cursor or rename the terminal are taken out, and
 * whatever else is not to be seen becomes U+FFFD. Newlines and tabs stay.
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text
  return visible(stripVTControlCharacters(text).replace(/\r$/gm, ''))
}

/**
 * The same for what is read before it is shown: nothing is taken out, so that what differs does not become the same,
 * such as the name of another.
 */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNPRINTABLE, '\ufffd')
}

/** The same on one line, so that none of it can look like a line of ours. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, ' ')
}

/** The beginning of a text that is too long, and that it goes on. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** A member of somebody else's JSON that should be a text, as a printable line of a length to be shown; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? oneLine(shortened(value, LONGEST)) : ''
}

/** A value as JSON whose text holds nothing that a terminal would act on; it means the same. */
export function printableJson(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return printableJsonText(JSON.stringify(value, replacer))
}

/** The same for what is JSON already. */
export function printableJsonText(json: string): string {
  return json.replace(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
