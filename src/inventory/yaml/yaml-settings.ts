import { isMap, isScalar, type Node } from 'yaml'
import type { Setting } from '../inventory.ts'
import { keyNames } from '../python/dict.ts'
import type { OpenVault } from '../vault/vault-opener.ts'
import { type YamlFile, yamlOrigin, yamlProblem } from './yaml-file.ts'
import { isNull, mapEntries, offsetOf, target, yamlValue } from './yaml-value.ts'

/**
 * The variables of a YAML mapping with their places. An empty file or node has no variables.
 * @throws INVENTORY_STRUCTURE if the node is anything else than a mapping.
 */
export function yamlSettings(
  yaml: YamlFile,
  node: Node | null,
  openVault: OpenVault,
  what: string,
): Map<string, Setting> {
  const vars = new Map<string, Setting>()
  const real = target(yaml, node)
  if (isNull(yaml, node)) return vars
  if (!isMap(real)) {
    throw yamlProblem(
      yaml,
      offsetOf(real),
      'INVENTORY_STRUCTURE',
      `${what} must be a mapping of variables`,
      'write one `name: value` a line',
    )
  }
  const nameOf = keyNames()
  for (const { key, keyNode, valueNode } of mapEntries(yaml, real, openVault)) {
    const { name, refused } = nameOf(key)
    if (name === undefined) throw yamlProblem(yaml, offsetOf(keyNode), 'INVENTORY_VALUE', refused)
    vars.set(name, yamlSetting(yaml, keyNode, valueNode, openVault))
  }
  return vars
}

function yamlSetting(yaml: YamlFile, keyNode: Node, valueNode: Node | null, openVault: OpenVault): Setting {
  const { value, shown, secret } = yamlValue(yaml, valueNode, openVault)
  const real = target(yaml, valueNode)
  const raw = real === null ? '' : isScalar(real) ? String(secret ? value : (real.value ?? '')) : undefined
  const setting: Setting = { value, raw, origin: yamlOrigin(yaml, offsetOf(keyNode)) }
  if (shown !== undefined) setting.shown = shown
  if (secret) setting.secret = true
  return setting
}
