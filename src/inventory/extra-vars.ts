import type { Setting, Vars } from './inventory.ts'
import { parseKeyValues } from './key-values.ts'
import type { LoadOptions } from './load-inventory.ts'

/** Reads the `-e` values, the later ones winning. */
export function readExtraVars(values: readonly string[], _options: LoadOptions): Vars {
  const vars = new Map<string, Setting>()
  for (const value of values) for (const [name, setting] of parseKeyValues(value)) vars.set(name, setting)
  return vars
}
