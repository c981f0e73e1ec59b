import type { Setting, Vars } from '../inventory.ts'
import { problem } from '../problems.ts'
import type { VaultedReading } from '../yaml/read-yaml-text.ts'
import { parseYaml } from '../yaml/yaml-file.ts'
import { yamlSettings } from '../yaml/yaml-settings.ts'
import { parseKeyValues } from './key-values.ts'
import { readVarsFile } from './read-vars-file.ts'

/**
 * Reads the `-e` values: `key=value …`, `@file.yml`, or `{"json": …}`. Later values win.
 * @throws INVENTORY_EXTRA_VARS, and the errors of YAML and vault.
 */
export function readExtraVars(values: readonly string[], context: VaultedReading): Vars {
  const vars = new Map<string, Setting>()
  for (const value of values) {
    for (const [name, setting] of readOne(value, context)) {
      // An overwritten key keeps its position, as in a Python dictionary.
      vars.set(name, setting)
    }
  }
  return vars
}

function readOne(value: string, context: VaultedReading): Vars {
  if (value === '') return new Map()
  if (value.startsWith('@')) return readVarsFile(value.slice(1), context)
  if (value.startsWith('/') || value.startsWith('.')) {
    const hint = `write -e @${value}`
    throw problem('INVENTORY_EXTRA_VARS', `'${value}' looks like a file`, {
      origin: { file: '-e' },
      line: value,
      hint,
    })
  }
  if (!value.startsWith('{') && !value.startsWith('[')) return parseKeyValues(value)
  const yaml = parseYaml(value, '-e')
  return yamlSettings(yaml, yaml.root, context.openVault, 'the value of -e')
}
