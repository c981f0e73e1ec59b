import { readFileSync } from 'node:fs'

/** The package's own files: the same depth below src/ and dist/. */
const TEMPLATES = new URL('../templates/', import.meta.url)
const texts = new Map<string, string>()

/**
 * A file of templates/ with its `@NAME@` marks filled in. A mark without a value, or a value without a mark, is
 * a fault of ours and throws: what lands on hosts is never half filled in.
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
