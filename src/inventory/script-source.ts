import type { Setting, Value } from './inventory.ts'
import { addChild, addGroup, addHost, type InventoryBuilder, setGroupVar } from './inventory-builder.ts'
import { problem } from './problems.ts'
import { parseYaml } from './yaml/yaml-file.ts'
import { yamlValue } from './yaml/yaml-value.ts'

type Dict = Record<string, Value>

const isDict = (value: Value | undefined): value is Dict =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) === null

/**
 * Reads the JSON that an inventory script prints for `--list`. A group is a list of hosts or an object
 * `{hosts, vars, children}`; the variables of hosts are in `_meta.hostvars`.
 * @throws INVENTORY_SCRIPT for output that has another shape or no `_meta`.
 */
export function readScriptOutput(builder: InventoryBuilder, text: string, file: string): void {
  const wrong = (message: string) =>
    problem('INVENTORY_SCRIPT', `the inventory script ${message}`, {
      origin: { file },
      hint: 'it must print the JSON of `ansible-inventory --list`, with _meta.hostvars',
    })
  const yaml = parseYaml(text, file)
  if (!yaml.json) throw wrong('did not print JSON')
  const { value: list } = yamlValue(yaml, yaml.root, () => '')
  const hostvars = isDict(list) && isDict(list._meta) ? list._meta.hostvars : undefined
  if (!isDict(list) || !isDict(hostvars)) throw wrong('printed no _meta.hostvars')
  const origin = { file }
  for (const [name, entry] of Object.entries(list)) {
    if (name === '_meta') continue
    const group = addGroup(builder, name, origin)
    const { hosts, vars, children } = partsOf(name, entry)
    if (!isTexts(hosts) || !isDict(vars) || !isTexts(children))
      throw wrong(`printed a group ${name} of unknown shape`)
    for (const host of hosts) {
      addHost(builder, host, origin)
      group.hosts.add(host)
    }
    for (const [key, value] of Object.entries(vars)) setGroupVar(group, key, setting(value, file))
    for (const child of children) {
      addGroup(builder, child, origin)
      addChild(group, child, origin)
    }
  }
  for (const [name, vars] of Object.entries(hostvars)) {
    const host = builder.hosts.get(name)
    if (!isDict(vars)) throw wrong(`printed variables of host ${name} that are not a mapping`)
    for (const [key, value] of Object.entries(vars)) host?.vars.set(key, setting(value, file))
  }
}

function partsOf(name: string, entry: Value): { hosts: Value; vars: Value; children: Value } {
  const nothing = { hosts: [], vars: Object.create(null), children: [] }
  if (!isDict(entry)) return { ...nothing, hosts: entry }
  // As in Ansible, an object with none of the three keys is a host with this name and its variables.
  if (!('hosts' in entry || 'vars' in entry || 'children' in entry))
    return { ...nothing, hosts: [name], vars: entry }
  return { ...nothing, ...entry }
}

const isTexts = (value: Value): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')

function setting(value: Value, file: string): Setting {
  const raw = typeof value === 'string' ? value : undefined
  return { value, raw: raw ?? (typeof value === 'object' ? undefined : String(value)), origin: { file } }
}
