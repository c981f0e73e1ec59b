import { isMap, isScalar, type Node, type Scalar, type YAMLMap } from 'yaml'
import { ConvecthubError, type Origin } from '../../errors.ts'
import { didYouMean } from '../edit-distance.ts'
import { parseHostPattern } from '../host-pattern.ts'
import type { Setting, Value } from '../inventory.ts'
import {
  addChild,
  addGroup,
  addHost,
  type BuilderGroup,
  type InventoryBuilder,
  setGroupVar,
} from '../inventory-builder.ts'
import { collect } from '../problems.ts'
import { keyText } from '../python/dict.ts'
import type { OpenVault } from '../vault/vault-opener.ts'
import { type YamlFile, yamlOrigin, yamlProblem } from './yaml-file.ts'
import { plainScalar } from './yaml-scalar.ts'
import { yamlSettings } from './yaml-settings.ts'
import { isNull, mapEntries, offsetOf, target, type YamlEntry } from './yaml-value.ts'

interface Reading {
  builder: InventoryBuilder
  yaml: YamlFile
  openVault: OpenVault
  problems: ConvecthubError[]
}

const SECTIONS = ['hosts', 'vars', 'children']

function sectionHint(key: Value): string {
  const meant = typeof key === 'string' ? didYouMean(key, SECTIONS) : undefined
  return meant ?? `only ${SECTIONS.join(', ')} are valid here`
}

/**
 * Reads a YAML inventory (rules.md §10). Adds INVENTORY_STRUCTURE to `problems` for everything that Ansible skips with
 * a warning or reads only in part.
 */
export function readYamlSource(
  builder: InventoryBuilder,
  yaml: YamlFile,
  openVault: OpenVault,
  problems: ConvecthubError[],
): void {
  const reading = { builder, yaml, openVault, problems }
  const root = target(yaml, yaml.root)
  if (!isMap(root)) {
    const message = root === null ? 'the YAML inventory is empty' : 'a YAML inventory is a mapping of groups'
    problems.push(
      yamlProblem(
        yaml,
        offsetOf(root),
        'INVENTORY_STRUCTURE',
        message,
        'start with `all:` and `hosts:` below it',
      ),
    )
    return
  }
  const groups = entries(reading, root)
  const plugin = groups.find(({ key }) => key === 'plugin')
  if (plugin !== undefined) {
    const message = 'this configures an inventory plugin of Ansible, which convecthub does not run'
    problems.push(
      yamlProblem(
        yaml,
        offsetOf(plugin.keyNode),
        'INVENTORY_STRUCTURE',
        message,
        'save what `ansible-inventory --list --yaml` prints as the inventory',
      ),
    )
    return
  }
  for (const entry of groups) readGroup(reading, entry)
}

function entries({ yaml, openVault, problems }: Reading, map: YAMLMap): YamlEntry[] {
  return collect(problems, () => mapEntries(yaml, map, openVault)) ?? []
}

function wrong({ yaml, problems }: Reading, node: Node | null, message: string, hint?: string): void {
  problems.push(yamlProblem(yaml, offsetOf(node), 'INVENTORY_STRUCTURE', message, hint))
}

function originOf({ yaml }: Reading, node: Node): Origin {
  return yamlOrigin(yaml, offsetOf(node))
}

function readGroup(reading: Reading, { key, keyNode, valueNode }: YamlEntry): BuilderGroup | undefined {
  const { builder, yaml } = reading
  if (typeof key !== 'string' || key === '') {
    wrong(reading, keyNode, 'the name of a group must be a text', 'put it in quotes')
    return undefined
  }
  const real = target(yaml, valueNode)
  const group = addGroup(builder, key, originOf(reading, keyNode))
  if (isNull(yaml, valueNode)) return group
  if (!isMap(real)) {
    wrong(
      reading,
      keyNode,
      `'${key}' is not a valid group definition`,
      'a group is empty or a mapping of hosts, vars and children',
    )
    return group
  }
  for (const section of entries(reading, real)) readSection(reading, group, section)
  return group
}

function readSection(reading: Reading, group: BuilderGroup, section: YamlEntry): void {
  const { yaml, problems } = reading
  const { key, keyNode, valueNode } = section
  if (key !== 'hosts' && key !== 'vars' && key !== 'children') {
    wrong(
      reading,
      keyNode,
      `unexpected key (${keyText(key) ?? 'a collection'}) in group (${group.name})`,
      sectionHint(key),
    )
  } else if (isNull(yaml, valueNode)) {
    // An empty section is valid.
  } else if (key === 'vars') {
    readVars(reading, group, valueNode)
  } else {
    for (const entry of namedEntries(reading, group, section)) {
      if (key === 'hosts') collect(problems, () => readHost(reading, group, entry))
      else {
        const child = readGroup(reading, entry)
        if (child !== undefined) addChild(group, child.name, originOf(reading, entry.keyNode))
      }
    }
  }
}

/** The entries below `hosts` or `children`. A string in place of a mapping is a single key. */
function namedEntries(
  reading: Reading,
  group: BuilderGroup,
  { key, keyNode, valueNode }: YamlEntry,
): YamlEntry[] {
  const real = target(reading.yaml, valueNode)
  if (isMap(real)) return entries(reading, real)
  if (isText(real)) return [{ key: String(real.value), keyNode: real, valueNode: null }]
  const message = `Invalid "${String(key)}" entry for "${group.name}" group, requires a dictionary`
  wrong(reading, keyNode, message, `write each of the ${String(key)} as \`name:\` on a line of its own`)
  return []
}

/** True for a string, which Ansible accepts as a mapping with this single key. */
function isText(node: Node | null): node is Scalar {
  if (!isScalar(node)) return false
  return (node.type ?? 'PLAIN') !== 'PLAIN' || typeof plainScalar(String(node.value)).value === 'string'
}

function readVars(reading: Reading, group: BuilderGroup, node: Node | null): void {
  const { yaml, problems, openVault } = reading
  const real = target(yaml, node)
  const vars: Map<string, Setting> =
    isScalar(real) && isText(real)
      ? new Map([[String(real.value), { value: null, raw: '', origin: originOf(reading, real) }]])
      : (collect(problems, () => yamlSettings(yaml, node, openVault, `the vars of group ${group.name}`)) ??
        new Map())
  for (const [name, setting] of vars) {
    collect(problems, () => setGroupVar(group, name, setting))
  }
}

function readHost(reading: Reading, group: BuilderGroup, { key, keyNode, valueNode }: YamlEntry): void {
  const { builder, yaml, openVault } = reading
  const origin = originOf(reading, keyNode)
  if (typeof key !== 'string') {
    const shown = isScalar(keyNode) ? String(keyNode.value) : 'that is a collection'
    throw yamlProblem(
      yaml,
      offsetOf(keyNode),
      'INVENTORY_STRUCTURE',
      `Host pattern ${shown} must be a string`,
      'put it in quotes',
    )
  }
  const pattern = parseHostPattern(key, origin, { ranges: true })
  if (pattern instanceof ConvecthubError) throw pattern
  if (pattern.doubt) builder.strictErrors.push(pattern.doubt)
  const vars = yamlSettings(yaml, valueNode, openVault, `what follows host ${key}`)
  for (const name of pattern.names) {
    const host = addHost(builder, name, origin, pattern.port)
    group.hosts.add(name)
    for (const [variable, setting] of vars) host.vars.set(variable, setting)
  }
}
