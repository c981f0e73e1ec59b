/** What the letter or sign after a backslash stands for. */
export const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const OPENING = /(?<prefix>[uU]|[rR][bB]?|[bB][rR]?)?(?<quote>'''|"""|'|")/y

/** A parsed string token. */
export interface PythonString {
  text: string
  bytes: boolean
  end: number
  /** Why a string that is valid in Python cannot be represented here. */
  refused?: string
}

/** Reads the string or bytes token at `from` and decodes escapes. Undefined for syntax errors and f-strings. */
export function pythonString(source: string, from: number): PythonString | undefined {
  OPENING.lastIndex = from
  const opening = OPENING.exec(source)
  if (!opening?.groups) return undefined
  const quote = opening.groups.quote as string
  const prefix = (opening.groups.prefix ?? '').toLowerCase()
  const bytes = prefix.includes('b')
  let text = ''
  let refused: string | undefined
  let index = from + opening[0].length
  while (index < source.length) {
    if (source.startsWith(quote, index)) {
      const token = { text, bytes, end: index + quote.length }
      return refused === undefined ? token : { ...token, refused }
    }
    const char = source[index] as string
    if (bytes && char > '\x7f') return undefined
    if (char !== '\\') {
      text += char
      index += 1
    } else if (prefix.includes('r')) {
      // A raw string keeps the backslash, but the backslash still escapes a quote.
      if (index + 1 >= source.length) return undefined
      text += source.slice(index, index + 2)
      index += 2
    } else {
      const escaped = readEscape(source, index, bytes)
      if (escaped === undefined) return undefined
      refused ??= escaped.refused
      text += escaped.text
      index = escaped.end
    }
  }
  return undefined
}

interface Escape {
  text: string
  end: number
  refused?: string
}

function readEscape(source: string, at: number, bytes: boolean): Escape | undefined {
  const kind = source[at + 1]
  if (kind === undefined) return undefined
  const plain = ESCAPES[kind]
  if (plain !== undefined) return { text: plain, end: at + 2 }
  const octal = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0]
  if (octal !== undefined) return character(Number.parseInt(octal, 8), at + 1 + octal.length, bytes)
  if (kind === 'x') return hexadecimal(source, at + 2, 2, bytes)
  if (bytes) return { text: `\\${kind}`, end: at + 2 }
  if (kind === 'u') return hexadecimal(source, at + 2, 4, bytes)
  if (kind === 'U') return hexadecimal(source, at + 2, 8, bytes)
  if (kind === 'N') return namedCharacter(source, at)
  // Python keeps the backslash of an unknown escape.
  return { text: '\\', end: at + 1 }
}

function namedCharacter(source: string, at: number): Escape | undefined {
  const name = /^\{[^{}]+\}/.exec(source.slice(at + 2))?.[0]
  return name === undefined
    ? undefined
    : { text: '', end: at + 2 + name.length, refused: `the escape \\N${name}` }
}

function hexadecimal(source: string, from: number, digits: number, bytes: boolean): Escape | undefined {
  const hex = source.slice(from, from + digits)
  if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < digits) return undefined
  const code = Number.parseInt(hex, 16)
  return code > 0x10ffff ? undefined : character(code, from + digits, bytes)
}

function character(code: number, end: number, bytes: boolean): Escape {
  if (bytes && (code & 0xff) > 0x7f) return { text: '', end, refused: 'bytes that are not ASCII' }
  if (code >= 0xd800 && code <= 0xdfff) return { text: '', end, refused: 'half a surrogate pair' }
  return { text: String.fromCodePoint(bytes ? code & 0xff : code), end }
}
