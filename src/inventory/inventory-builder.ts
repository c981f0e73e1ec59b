import type { ConvecthubError, Origin } from '../errors.ts'
import type { Setting, Value, Warning } from './inventory.ts'
import { Float } from './inventory.ts'
import { problem } from './problems.ts'

/** A group while sources are being read. Hosts and children are in order of first mention. */
export interface BuilderGroup {
  name: string
  origin: Origin
  hosts: Set<string>
  /** The children, each with the place of its first mention. */
  children: Map<string, Origin>
  vars: Map<string, Setting>
  priority: number
}

/** A host while sources are being read, with only the variables that are set on the host itself. */
export interface BuilderHost {
  name: string
  origin: Origin
  vars: Map<string, Setting>
}

/** Collects what the sources say, one source after another. The equivalent of Ansible's InventoryData. */
export interface InventoryBuilder {
  groups: Map<string, BuilderGroup>
  hosts: Map<string, BuilderHost>
  warnings: Warning[]
  strictErrors: ConvecthubError[]
}

const LOCALHOSTS = ['localhost', '127.0.0.1', '::1']
const BUILT_IN: Origin = { file: '(built in)' }

/** A builder with only the built-in groups `all` and `ungrouped`. */
export function emptyBuilder(): InventoryBuilder {
  const builder: InventoryBuilder = {
    groups: new Map(),
    hosts: new Map(),
    warnings: [],
    strictErrors: [],
  }
  addGroup(builder, 'all', BUILT_IN).children.set('ungrouped', BUILT_IN)
  addGroup(builder, 'ungrouped', BUILT_IN)
  return builder
}

/** Returns the group of that name; creates it if it does not exist. */
export function addGroup(builder: InventoryBuilder, name: string, origin: Origin): BuilderGroup {
  const known = builder.groups.get(name)
  if (known !== undefined) return known
  const group = { name, origin, hosts: new Set<string>(), children: new Map(), vars: new Map(), priority: 1 }
  builder.groups.set(name, group)
  return group
}

/** Makes a group the child of another. If it already is one, the first place is kept as the origin. */
export function addChild(parent: BuilderGroup, child: string, origin: Origin): void {
  if (!parent.children.has(child)) parent.children.set(child, origin)
}

/** Returns the host of that name; creates it if it does not exist. As in Ansible, only a new host gets the port. */
export function addHost(builder: InventoryBuilder, name: string, origin: Origin, port?: number): BuilderHost {
  const known = builder.hosts.get(name)
  if (known !== undefined) return known
  const host: BuilderHost = { name, origin, vars: new Map() }
  if (port !== undefined) host.vars.set('ansible_port', { value: port, raw: String(port), origin })
  builder.hosts.set(name, host)
  if (LOCALHOSTS.includes(name)) doubtSecondLocalhost(builder, host)
  return host
}

function doubtSecondLocalhost(builder: InventoryBuilder, host: BuilderHost): void {
  const others = LOCALHOSTS.filter((name) => name !== host.name && builder.hosts.has(name))
  if (others.length === 0) return
  const message = `${host.name} and ${others.join(' and ')} are the same machine under several names`
  builder.strictErrors.push(
    problem('INVENTORY_LOCALHOST_TWICE', message, {
      origin: host.origin,
      hint: 'keep one of them',
    }),
  )
}

/**
 * Sets a variable of a group, or its priority in the case of `ansible_group_priority`.
 * @throws INVENTORY_PRIORITY when the priority is not an integer.
 */
export function setGroupVar(group: BuilderGroup, name: string, setting: Setting): void {
  if (name !== 'ansible_group_priority') {
    group.vars.set(name, setting)
    return
  }
  const priority = asInteger(setting.value)
  if (priority === undefined) {
    throw problem('INVENTORY_PRIORITY', `ansible_group_priority of ${group.name} is not a whole number`, {
      origin: setting.origin,
      hint: 'a higher number wins among groups of the same depth; the default is 1',
    })
  }
  group.priority = priority
}

/** Python's `int(value)`. */
function asInteger(value: Value): number | undefined {
  if (value instanceof Float) return Math.trunc(value.number)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return Number(value)
  return typeof value === 'string' && /^\s*[+-]?\d+(_\d+)*\s*$/.test(value)
    ? Number(value.replaceAll('_', ''))
    : undefined
}
