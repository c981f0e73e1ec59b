import { Float, type Value } from '../inventory.ts'
import { floatText } from './float-text.ts'
import { compareText } from './python-text.ts'

/** A value in the format of Python's `str()`: strings unchanged, `True`, `None`, `['a', 1]`. */
export function pythonText(value: Value): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

/** A value in the format of Python's `repr()`: like pythonText(), but strings in quotes. */
export function pythonRepr(value: Value): string {
  if (typeof value === 'string') return textRepr(value)
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Float) return floatText(value.number)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  const entries = Object.entries(value).sort(([a], [b]) => compareText(a, b))
  return `{${entries.map(([key, item]) => `${textRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`
}

function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replaceAll(/[\\\p{C}\p{Zl}\p{Zp}]|[^\S ]|['"]/gu, (char) => {
    if (char === '"' || char === "'") return char === quote ? `\\${char}` : char
    return escaped(char)
  })
  return quote + inner + quote
}

function escaped(char: string): string {
  const simple = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[char]
  if (simple !== undefined) return simple
  const code = char.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`
}
