import { Float, type Value } from '../inventory.ts'
import { floatText } from './float-text.ts'

/** A dictionary with string keys and no prototype. */
export type Dict = { [key: string]: Value }

/** A key's name in JSON, or why JSON cannot represent the key. */
export type KeyName = { name: string; refused?: undefined } | { name?: undefined; refused: string }

/**
 * Returns a function that converts the keys of one Python dictionary, which need not be strings, to JSON names. In
 * Python 1, 1.0 and True are the same key, and its first spelling is kept.
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

/** Builds a dictionary with JSON names from the entries of a Python dictionary. */
export function dictBuilder(): { dict: Dict; add(key: Value, value: Value): string | undefined } {
  // No prototype, so that a key `__proto__` is a key like any other.
  const dict: Dict = Object.create(null)
  const nameOf = keyNames()
  return {
    dict,
    /** Adds an entry. Returns the reason if JSON cannot represent the key. */
    add(key, value) {
      const { name, refused } = nameOf(key)
      if (name !== undefined) dict[name] = value
      return refused
    },
  }
}

/** A key in the spelling of Python's `json.dumps`; undefined for a collection. */
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
