import type { ConvecthubError } from '../errors.ts'
import { buildTree, type GroupTree, sortGroups, withAncestors } from './group-tree.ts'
import type { Group, Host, Inventory, Setting, Vars } from './inventory.ts'
import type { BuilderGroup, InventoryBuilder } from './inventory-builder.ts'
import { problem } from './problems.ts'

/** Variables from outside the inventory sources. */
export interface OuterVars {
  /** The variables of a name in `group_vars/` or `host_vars/`: one map per searched folder, in order. */
  files(kind: 'group' | 'host', name: string): readonly Vars[]
  extra: Vars
}

/**
 * Turns what was read from the sources into the hosts and groups of an Inventory: completes the built-in groups and merges the variables of
 * every host by Ansible's precedence (rules.md §7). Adds INVENTORY_NAME_CLASH and INVENTORY_GROUP_LOOP to `problems`.
 */
export function finishInventory(
  builder: InventoryBuilder,
  sources: readonly string[],
  outer: OuterVars,
  problems: ConvecthubError[],
): Pick<Inventory, 'sources' | 'hosts' | 'groups'> {
  for (const [name, group] of builder.groups) {
    const host = builder.hosts.get(name)
    if (host !== undefined) problems.push(nameClash(name, group, host.origin))
    if (ODD_GROUP.test(name)) builder.strictErrors.push(oddGroup(group))
  }
  const tree = buildTree(builder, problems)
  const groupsOf = settleUngrouped(builder, tree)
  const groups = new Map<string, Group>()
  for (const [name, group] of builder.groups) groups.set(name, finishGroup(group, tree, outer))
  const hosts = new Map<string, Host>()
  // Hosts with the same groups inherit the same variables, so these are merged once per set of groups.
  const shared = new Map<string, { groups: string[]; vars: Map<string, Setting> }>()
  for (const [name, host] of builder.hosts) {
    const names = groupsOf.get(name) ?? new Set()
    const key = [...names].join('\n')
    let base = shared.get(key)
    if (base === undefined) {
      const sorted = sortGroups(builder, tree, withAncestors(tree, names))
      base = { groups: sorted, vars: groupVars(builder, sorted, outer) }
      shared.set(key, base)
    }
    const vars = new Map(base.vars)
    for (const layer of [host.vars, ...outer.files('host', name), outer.extra]) assign(vars, layer)
    hosts.set(name, { name, origin: host.origin, groups: base.groups, vars })
  }
  return { sources, hosts, groups }
}

/** Matches group names that Ansible warns about, because they are not valid variable names. */
const ODD_GROUP = /^\d|[^\p{L}\p{N}_]/u

/** The strict error that `force_valid_group_names` of ansible.cfg turns off. */
export const GROUP_NAME = 'INVENTORY_GROUP_NAME'

function oddGroup({ name, origin }: BuilderGroup): ConvecthubError {
  return problem('INVENTORY_GROUP_NAME', `the name of the group ${name} is more than letters, digits and _`, {
    origin,
    hint: 'rename it, or write force_valid_group_names = ignore under [defaults] of ansible.cfg',
  })
}

function nameClash(name: string, group: BuilderGroup, origin: Host['origin']): ConvecthubError {
  const where =
    group.origin.line === undefined ? '' : ` (the group is at ${group.origin.file}:${group.origin.line})`
  return problem('INVENTORY_NAME_CLASH', `'${name}' is both a host and a group${where}`, {
    origin,
    hint: 'rename one of them: Ansible gives the variables of such a host to the whole group',
  })
}

/** Moves hosts without a group into `ungrouped`, and all others out of it. Returns the groups that list each host. */
function settleUngrouped(builder: InventoryBuilder, tree: GroupTree): Map<string, Set<string>> {
  const groupsOf = new Map<string, Set<string>>()
  for (const name of builder.hosts.keys()) groupsOf.set(name, new Set())
  for (const [name, group] of builder.groups) {
    if (name !== 'all') for (const host of group.hosts) groupsOf.get(host)?.add(name)
  }
  const ungrouped = builder.groups.get('ungrouped') as BuilderGroup
  const ungroupedHasParent = withAncestors(tree, ['ungrouped']).size > 1
  for (const [host, names] of groupsOf) {
    if (names.has('ungrouped') && (names.size > 1 || ungroupedHasParent)) {
      ungrouped.hosts.delete(host)
      names.delete('ungrouped')
    } else if (names.size === 0) {
      ungrouped.hosts.add(host)
      names.add('ungrouped')
    }
  }
  return groupsOf
}

/** Merges steps 1 to 4 of the precedence: `all`, the groups, `group_vars/all`, the other files of `group_vars/`. */
function groupVars(
  builder: InventoryBuilder,
  sorted: readonly string[],
  outer: OuterVars,
): Map<string, Setting> {
  const vars = new Map<string, Setting>()
  for (const name of ['all', ...sorted]) assign(vars, builder.groups.get(name)?.vars)
  for (const layer of outer.files('group', 'all')) assign(vars, layer)
  const files = sorted.map((name) => outer.files('group', name))
  // A later folder wins over an earlier one, even for a less specific group.
  for (let place = 0; place < (files[0]?.length ?? 0); place += 1) {
    for (const layers of files) assign(vars, layers[place])
  }
  return vars
}

function finishGroup(group: BuilderGroup, tree: GroupTree, outer: OuterVars): Group {
  const vars = new Map(group.vars)
  for (const layer of outer.files('group', group.name)) assign(vars, layer)
  const { name, origin, priority } = group
  const hosts = [...group.hosts]
  return {
    name,
    origin,
    hosts,
    children: [...group.children.keys()],
    vars,
    depth: tree.depths.get(name) ?? 0,
    priority,
  }
}

/** Adds the variables of a layer. An overwritten key keeps its position, as in a Python dictionary. */
function assign(vars: Map<string, Setting>, layer: Vars | undefined): void {
  if (layer !== undefined) for (const [name, setting] of layer) vars.set(name, setting)
}
