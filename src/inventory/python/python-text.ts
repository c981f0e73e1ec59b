/** The characters that Python's `str.isspace` and `\s` accept, for a character class. JavaScript's `\s` differs. */
export const PYTHON_SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const LEADING = new RegExp(`^[${PYTHON_SPACE}]+`)
const SPACE = new RegExp(`[${PYTHON_SPACE}]`)

/** Like Python's `str.strip()`. `start` is the number of characters removed from the front. */
export function strip(text: string): { text: string; start: number } {
  const start = LEADING.exec(text)?.[0].length ?? 0
  let end = text.length
  while (end > start && SPACE.test(text[end - 1] as string)) end -= 1
  return { text: text.slice(start, end), start }
}

/** Compares strings by code point, as Python does; JavaScript's `<` compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    // A surrogate is half of a code point above U+FFFF, so it sorts after any other unit.
    const leftHigh = left >= 0xd800 && left <= 0xdfff
    const rightHigh = right >= 0xd800 && right <= 0xdfff
    return leftHigh === rightHigh ? left - right : leftHigh ? 1 : -1
  }
  return a.length - b.length
}

/** Like Python's `str.rstrip(characters)`. A loop, because a regular expression may need quadratic time. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
