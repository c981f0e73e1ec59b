import { readFileSync } from 'node:fs'

/** templates/ is a sibling of both src/ and dist/. */
const TEMPLATES = new URL('../templates/', import.meta.url)
const texts = new Map<string, string>()

/**
 * Reads a file of templates/ and fills in its `@NAME@` marks. Throws on a mark without a value and on a value without a
 * mark, so that hosts never get a half-filled template.
 */
export function template(name: string, values: Readonly<Record<string, string | number>> = {}): string {
  const unused = new Set(Object.keys(values))
  const raw = texts.get(name) ?? readFileSync(new URL(name, TEMPLATES), 'utf8')
  texts.set(name, raw)
  const text = raw.replace(/@([A-Z][A-Z0-9_]+)@/g, (mark, key: string) => {
    const value = values[key]
    if (value === undefined) throw new Error(`template ${name}: no value for ${mark}`)
    unused.delete(key)
    return String(value)
  })
  if (unused.size > 0) throw new Error(`template ${name}: no mark for ${[...unused].join(', ')}`)
  return text
}
