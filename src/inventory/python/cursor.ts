/** A place in a text that is being read. */
export interface Cursor {
  readonly text: string
  at: number
  depth: number
}

/** Skips what Python's tokenizer takes as blank inside a line. */
export function skipBlanks(cursor: Cursor): void {
  while (cursor.at < cursor.text.length && ' \t\f'.includes(cursor.text[cursor.at] as string)) cursor.at += 1
}

/** After blanks: is this the next character? */
export function nextIs(cursor: Cursor, char: string): boolean {
  skipBlanks(cursor)
  return cursor.text[cursor.at] === char
}

/** Steps over `char` if it is next. */
export function take(cursor: Cursor, char: string): boolean {
  if (!nextIs(cursor, char)) return false
  cursor.at += 1
  return true
}
