import { Float, type Value } from '../inventory.ts'
import { floatText } from './float-text.ts'

/** A dictionary without a prototype, with texts as keys. */
export type Dict = { [key: string]: Value }

/** The name of a key in JSON, or why it has none. */
export type KeyName = { name: string; refused?: undefined } | { name?: undefined; refused: string }

/**
 * Names the keys of one Python dictionary, which may be more than strings, as JSON writes them. Python takes 1, 1.0
 * and True for one key and keeps its first spelling.
 */
export function keyNames(): (key: Value) => KeyName {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  return (key) => {
    const name = keyText(key)
    if (name === undefined) return { refused: 'a dictionary key that is a collection' }
    const identity = keyIdentity(key)
    const known = names.get(identity)
    if (known === undefined && taken.has(name))
      return { refused: `two dictionary keys that both read ${name} in JSON` }
    names.set(identity, known ?? name)
    taken.add(name)
    return { name: known ?? name }
  }
}

/** Collects the entries of a Python dictionary into one that JSON can hold. */
export function dictBuilder(): { dict: Dict; add(key: Value, value: Value): string | undefined } {
  // No prototype, so that a key `__proto__` is a key like any other.
  const dict: Dict = Object.create(null)
  const nameOf = keyNames()
  return {
    dict,
    /** Returns why the key cannot be kept, if so. */
    add(key, value) {
      const { name, refused } = nameOf(key)
      if (name !== undefined) dict[name] = value
      return refused
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
