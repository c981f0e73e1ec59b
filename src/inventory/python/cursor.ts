/** The position in a text that is being parsed. */
export interface Cursor {
  readonly text: string
  at: number
  depth: number
}

/** Skips the characters that Python's tokenizer treats as blanks inside a line. */
export function skipBlanks(cursor: Cursor): void {
  while (cursor.at < cursor.text.length && ' \t\f'.includes(cursor.text[cursor.at] as string)) cursor.at += 1
}

/** Skips blanks. Returns true if `char` is the next character. */
export function nextIs(cursor: Cursor, char: string): boolean {
  skipBlanks(cursor)
  return cursor.text[cursor.at] === char
}

/** Skips blanks, then `char` if it is next. Returns true if it was. */
export function take(cursor: Cursor, char: string): boolean {
  if (!nextIs(cursor, char)) return false
  cursor.at += 1
  return true
}
