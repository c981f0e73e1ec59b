import { didYouMean } from './edit-distance.ts'
import { groupHosts } from './group-hosts.ts'
import type { Inventory, Value, Vars } from './inventory.ts'
import { problem } from './problems.ts'
import type { Dict } from './python/dict.ts'
import { jsonText } from './python/json-text.ts'

// Variables that Ansible itself sets; ansible-inventory does not list them.
const INTERNAL = new Set([
  'ansible_diff_mode',
  'ansible_config_file',
  'ansible_facts',
  'ansible_forks',
  'ansible_inventory_sources',
  'ansible_limit',
  'ansible_playbook_python',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_verbosity',
  'ansible_version',
  'inventory_dir',
  'inventory_file',
  'inventory_hostname',
  'inventory_hostname_short',
  'groups',
  'group_names',
  'omit',
  'playbook_dir',
])

/** The variables that ansible-inventory shows, as one dictionary. */
export function shownVars(vars: Vars): Dict {
  const dict: Dict = Object.create(null)
  for (const [name, setting] of vars) if (!INTERNAL.has(name)) dict[name] = setting.shown ?? setting.value
  return dict
}

/** The text that `ansible-inventory --list` prints, without the final line break. */
export function listJson(inventory: Inventory): string {
  const list: Dict = Object.create(null)
  for (const group of inventory.groups.values()) {
    const entry: Record<string, Value> = {}
    if (group.children.length > 0) entry.children = [...group.children]
    // Hosts that are listed directly under `all` also appear in `ungrouped` or another group.
    if (group.hosts.length > 0 && group.name !== 'all') entry.hosts = [...group.hosts]
    if (Object.keys(entry).length > 0) list[group.name] = entry
  }
  const hostvars: Dict = Object.create(null)
  for (const name of groupHosts(inventory, 'all')) {
    const vars = shownVars(inventory.hosts.get(name)?.vars ?? new Map())
    if (Object.keys(vars).length > 0) hostvars[name] = vars
  }
  list._meta = { hostvars }
  return jsonText(list)
}

/**
 * The text that `ansible-inventory --host NAME` prints, without the final line break.
 * @throws INVENTORY_NO_HOST when there is no such host.
 */
export function hostJson(inventory: Inventory, name: string): string {
  const host = inventory.hosts.get(name)
  if (host === undefined)
    throw problem('INVENTORY_NO_HOST', `there is no host ${name} in the inventory`, {
      hint: didYouMean(name, [...inventory.hosts.keys()]) ?? 'convecthub inventory --graph shows all hosts',
    })
  return jsonText(shownVars(host.vars))
}
