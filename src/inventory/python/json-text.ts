import { printableJson } from '../../printable.ts'
import { Float, type Value } from '../inventory.ts'
import { floatText } from './float-text.ts'
import { compareText } from './python-text.ts'

/**
 * JSON in the layout of Python's `json.dumps(value, sort_keys=True, indent=4, ensure_ascii=False)`. Big integers stay
 * exact. Characters that a terminal would interpret are escaped.
 */
export function jsonText(value: Value, indent = ''): string {
  if (value instanceof Float) return floatText(value.number)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return printableJson(value)
  if (value === null || typeof value !== 'object') return String(value)
  const inner = `${indent}    `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((item) => `${inner}${jsonText(item, inner)}`).join(',\n')}\n${indent}]`
  }
  const keys = Object.keys(value).sort(compareText)
  if (keys.length === 0) return '{}'
  const lines = keys.map((key) => `${inner}${printableJson(key)}: ${jsonText(value[key] as Value, inner)}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}
