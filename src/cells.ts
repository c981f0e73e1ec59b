import { stripVTControlCharacters } from 'node:util'

const ASCII = /^[\x20-\x7e]*$/
/** Drawn two columns wide, as in Unicode's East Asian Width. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
/** Drawn over the character before. */
const COMBINING = /\p{Mn}|\p{Me}/u

/** How many columns a line takes on a terminal. Colour codes take none. */
export function cells(line: string): number {
  const text = stripVTControlCharacters(line)
  return ASCII.test(text) ? text.length : [...text].reduce((sum, character) => sum + cellsOf(character), 0)
}

/** How many columns a character takes. */
export function cellsOf(character: string): number {
  if (COMBINING.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
