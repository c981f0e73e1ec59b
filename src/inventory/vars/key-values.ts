import type { Setting } from '../inventory.ts'
import { problem } from '../problems.ts'
import { ESCAPES } from '../python/python-string.ts'
import { strip } from '../python/python-text.ts'
import { splitArguments } from './split-arguments.ts'

const ESCAPE = /\\U([0-9a-fA-F]{8})|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([\\'"abfnrtv])/g
const HINT = 'write -e key=value, -e \'key="a value"\', -e @file.yml, or -e \'{"key": …}\''

/**
 * Reads the `key=value` form of `-e` like Ansible's parse_kv: every value is a string.
 * @throws INVENTORY_EXTRA_VARS for a word without `=`, which Ansible ignores, and for an open quote or template block.
 */
export function parseKeyValues(text: string): Map<string, Setting> {
  const origin = { file: '-e' }
  const wrong = (message: string) =>
    problem('INVENTORY_EXTRA_VARS', message, { origin, line: text, hint: HINT })
  const words = splitArguments(text)
  if (words === undefined) throw wrong('a quote or a template block is not closed')
  const vars = new Map<string, Setting>()
  for (const word of words.map(decodeEscapes)) {
    const equals = [...word.matchAll(/=/g)].find(({ index }) => index > 0 && word[index - 1] !== '\\')?.index
    const name = equals === undefined ? '' : strip(word.slice(0, equals)).text
    if (equals === undefined || name === '') throw wrong(`'${strip(word).text}' is not key=value`)
    const value = unquote(strip(word.slice(equals + 1)).text)
    vars.set(name, { value, raw: value, origin })
  }
  return vars
}

function decodeEscapes(word: string): string {
  return word.replaceAll(ESCAPE, (whole, long, short, byte, simple) => {
    const hex = long ?? short ?? byte
    if (hex === undefined) return ESCAPES[simple] ?? simple
    const code = Number.parseInt(hex, 16)
    return code > 0x10ffff ? whole : String.fromCodePoint(code)
  })
}

/** Removes one pair of equal quotes around the text. */
function unquote(text: string): string {
  const [first] = text
  if (text.length < 2 || (first !== '"' && first !== "'")) return text
  return text.endsWith(first) && text.at(-2) !== '\\' ? text.slice(1, -1) : text
}
