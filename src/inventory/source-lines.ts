import type { ConvecthubError, Origin } from '../errors.ts'
import { problem } from './problems.ts'

/** One line of a source. `column` is above 1 if it follows a break that editors do not count, such as a form feed. */
export interface SourceLine {
  text: string
  line: number
  column: number
}

/**
 * Decodes UTF-8 and drops a byte order mark.
 * @throws INVENTORY_ENCODING when the bytes are not UTF-8.
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw notUtf8(bytes, invalidOrigin(bytes, file), cause)
  }
}

/** The error INVENTORY_ENCODING for a file whose first invalid byte is at `origin`. A text has no zero bytes. */
export function notUtf8(bytes: Uint8Array, origin: Origin, cause?: unknown): ConvecthubError {
  const { file } = origin
  if (bytes.includes(0))
    return problem('INVENTORY_ENCODING', 'this is not a text file', {
      origin: { file },
      hint: 'is it the right file? A text must be saved as UTF-8',
      cause,
    })
  return problem('INVENTORY_ENCODING', 'this is not valid UTF-8', {
    origin,
    hint: 'save the file as UTF-8',
    cause,
  })
}

/** The place of the first invalid byte, found by binary search for the longest prefix that decodes. */
function invalidOrigin(bytes: Uint8Array, file: string) {
  let low = 0
  let high = bytes.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (decodes(bytes.subarray(0, middle))) low = middle
    else high = middle - 1
  }
  // Streaming mode leaves out the valid first bytes of the broken character.
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, low), { stream: true })
  const lines = before.split(/\r\n|\n|\r/)
  return { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Splits a text where Python's `str.splitlines` does, but numbers the lines as editors do. */
export function splitLines(text: string): SourceLine[] {
  const lines: SourceLine[] = []
  let line = 1
  let column = 1
  let start = 0
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the breaks are control characters
  for (const match of text.matchAll(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g)) {
    const piece = text.slice(start, match.index)
    lines.push({ text: piece, line, column })
    start = match.index + match[0].length
    if (/^[\r\n]/.test(match[0])) {
      line += 1
      column = 1
    } else column += piece.length + 1
  }
  if (start < text.length) lines.push({ text: text.slice(start), line, column })
  return lines
}
