import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml'
import { Float, type Value } from '../inventory.ts'
import { dictBuilder } from '../python/dict.ts'
import type { OpenVault } from '../vault/vault-opener.ts'
import { type YamlFile, yamlOrigin, yamlProblem } from './yaml-file.ts'
import { jsonScalar, plainScalar } from './yaml-scalar.ts'

/** A typed value of a YAML file. */
export interface YamlValue {
  value: Value
  /** What listings show in place of a value tagged `!vault` or `!unsafe`. */
  shown?: Value
  /** True if part of the value was decrypted from a vault. */
  secret?: boolean
}

/** An entry of a mapping, with its nodes to find its place in the file. */
export interface YamlEntry {
  key: Value
  keyNode: Node
  valueNode: Node | null
}

const CORE = 'tag:yaml.org,2002:'
const HINTS = 'Ansible knows !vault, !unsafe and the plain YAML tags'

/** The node that an alias refers to, or the node itself. */
export function target(yaml: YamlFile, node: Node | null): Node | null {
  return isAlias(node) ? (yaml.targets.get(node as Alias) ?? null) : node
}

/** True for a missing value and for YAML's spellings of null. */
export function isNull(yaml: YamlFile, node: Node | null): boolean {
  const real = target(yaml, node)
  return real === null || (isScalar(real) && isPlain(real) && plainScalar(String(real.value)).value === null)
}

// The tag `!` alone does not change the type of a plain scalar.
const isPlain = (scalar: Scalar): boolean =>
  (scalar.type ?? 'PLAIN') === 'PLAIN' && (scalar.tag ?? '!') === '!'

/**
 * The value of a node, with the type that Ansible gives it.
 * @throws INVENTORY_YAML for unknown tags, INVENTORY_VALUE for values that JSON cannot represent, and the errors of
 * openVault().
 */
export function yamlValue(yaml: YamlFile, written: Node | null, openVault: OpenVault): YamlValue {
  const node = target(yaml, written)
  if (node === null) return { value: null }
  yaml.budget -= 1
  if (yaml.budget < 0)
    throw yamlProblem(yaml, 0, 'INVENTORY_YAML', 'the aliases of this file multiply without end')
  if (isScalar(node)) return scalarValue(yaml, node, openVault)
  const tag = (node as { tag?: string }).tag?.replace(CORE, '')
  if (isSeq(node)) {
    if (tag !== undefined && tag !== 'seq') throw badTag(yaml, node, tag)
    return listValue(node.items.map((item) => yamlValue(yaml, item as Node, openVault)))
  }
  if (!isMap(node) || (tag !== undefined && tag !== 'map')) throw badTag(yaml, node, tag ?? 'unknown')
  const value = dictBuilder()
  const shown = dictBuilder()
  let differs = false
  let secret = false
  for (const { key, keyNode, valueNode } of mapEntries(yaml, node, openVault)) {
    const item = yamlValue(yaml, valueNode, openVault)
    const refused = value.add(key, item.value)
    if (refused !== undefined) throw yamlProblem(yaml, offsetOf(keyNode), 'INVENTORY_VALUE', refused)
    shown.add(key, item.shown ?? item.value)
    differs ||= item.shown !== undefined
    secret ||= item.secret === true
  }
  return differs ? { value: value.dict, shown: shown.dict, secret } : { value: value.dict }
}

function listValue(items: readonly YamlValue[]): YamlValue {
  const value = items.map((item) => item.value)
  if (items.every((item) => item.shown === undefined)) return { value }
  const secret = items.some((item) => item.secret === true)
  return { value, shown: items.map((item) => item.shown ?? item.value), secret }
}

/** The entries of a mapping. Entries merged by `<<` come first, so that the mapping's own entries override them. */
export function mapEntries(yaml: YamlFile, map: YAMLMap, openVault: OpenVault): YamlEntry[] {
  const merged: YamlEntry[] = []
  const own: YamlEntry[] = []
  for (const { key, value } of map.items) {
    const keyNode = key as Node
    const valueNode = (value ?? null) as Node | null
    if (isScalar(keyNode) && isPlain(keyNode) && keyNode.value === '<<')
      merged.push(...mergedEntries(yaml, valueNode, openVault))
    else own.push({ key: yamlValue(yaml, keyNode, openVault).value, keyNode: keyNode ?? map, valueNode })
  }
  return [...merged, ...own]
}

function mergedEntries(yaml: YamlFile, node: Node | null, openVault: OpenVault): YamlEntry[] {
  const real = target(yaml, node)
  // Reversed, because the first of several merged mappings wins.
  const sources = isSeq(real) ? real.items.map((item) => target(yaml, item as Node)).reverse() : [real]
  return sources.flatMap((source) => {
    if (!isMap(source)) throw yamlProblem(yaml, offsetOf(node), 'INVENTORY_YAML', '<< merges mappings only')
    yaml.budget -= source.items.length
    return mapEntries(yaml, source, openVault)
  })
}

/** The offset where a node starts in the layout. */
export const offsetOf = (node: Node | null): number => node?.range?.[0] ?? 0

function scalarValue(yaml: YamlFile, node: Scalar, openVault: OpenVault): YamlValue {
  const text = String(node.value ?? '')
  const tag = node.tag?.replace(CORE, '')
  if (tag === '!vault' || tag === '!vault-encrypted') {
    return {
      value: openVault(text, yamlOrigin(yaml, offsetOf(node))),
      shown: { __ansible_vault: text },
      secret: true,
    }
  }
  if (tag === '!unsafe') return { value: text, shown: { __ansible_unsafe: text } }
  if (tag === 'str' || ((tag ?? '!') === '!' && !isPlain(node))) return { value: text }
  const resolved = yaml.json ? jsonScalar(text) : plainScalar(text)
  if (resolved.refused !== undefined) {
    throw yamlProblem(
      yaml,
      offsetOf(node),
      'INVENTORY_VALUE',
      `the value is ${resolved.refused}`,
      'put the text in quotes',
    )
  }
  if ((tag ?? '!') === '!' || tag === tagOf(resolved.value)) return { value: resolved.value }
  if (tag === 'float' && typeof resolved.value === 'number') return { value: new Float(resolved.value) }
  throw badTag(yaml, node, tag ?? '!')
}

function tagOf(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint') return 'int'
  return typeof value === 'object' ? 'float' : 'other'
}

function badTag(yaml: YamlFile, node: Node, tag: string) {
  return yamlProblem(
    yaml,
    offsetOf(node),
    'INVENTORY_YAML',
    `the tag ${tag} does not fit or is unknown here`,
    HINTS,
  )
}
