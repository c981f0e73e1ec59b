import type { Vars } from '../inventory.ts'
import { readYamlText, type VaultedReading } from '../yaml/read-yaml-text.ts'
import { yamlSettings } from '../yaml/yaml-settings.ts'

/** Reads a YAML file of variables. With a vaulted file, all of them are secret. Errors: those of YAML and vault. */
export function readVarsFile(file: string, context: VaultedReading): Vars {
  const { yaml, vaulted } = readYamlText(file, context)
  const vars = yamlSettings(yaml, yaml.root, context.openVault, 'the content of this file')
  if (vaulted) for (const [name, setting] of vars) vars.set(name, { ...setting, secret: true })
  return vars
}
