import { floatText } from './float-text.ts'
import { Float, type Value } from './inventory.ts'

/** A dictionary without a prototype, with texts as keys. */
export type Dict = { [key: string]: Value }

/** Collects the entries of a Python dictionary, whose keys may be more than strings, into one that JSON can hold. */
export function dictBuilder(): { dict: Dict; add(key: Value, value: Value): string | undefined } {
  // No prototype, so that a key `__proto__` is a key like any other.
  const dict: Dict = Object.create(null)
  const written = new Map<string, string>()
  return {
    dict,
    /** Returns why the key cannot be kept, if so. */
    add(key, value) {
      const text = keyText(key)
      if (text === undefined) return 'a dictionary key that is a collection'
      const identity = keyIdentity(key)
      // Python takes 1, 1.0 and True for one key and keeps the first spelling.
      const known = written.get(identity)
      if (known === undefined && text in dict) return `two dictionary keys that both read ${text} in JSON`
      written.set(identity, known ?? text)
      dict[known ?? text] = value
      return undefined
    },
  }
}

/** A key as `json.dumps` writes it; undefined for a collection. */
export function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return key
  if (key instanceof Float) return floatText(key.number)
  return key === null || typeof key !== 'object' ? String(key) : undefined
}

function keyIdentity(key: Value): string {
  if (typeof key === 'string') return `text ${key}`
  if (key instanceof Float) return `number ${key.number}`
  return key === null ? 'null' : `number ${Number(key)}`
}
