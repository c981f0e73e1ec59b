import type { Group, Inventory, Vars } from './inventory.ts'
import { shownVars } from './list-json.ts'
import { problem } from './problems.ts'
import { pythonText } from './python/python-repr.ts'
import { compareText } from './python/python-text.ts'

/** What to draw. */
export interface GraphOptions {
  /** Also show the variables of groups and hosts. */
  vars?: boolean
  /** The group to start at; `all` by default. */
  group?: string
}

/**
 * The tree that `ansible-inventory --graph` prints, without the final line break. Vaulted values are shown as `***`.
 * @throws INVENTORY_NO_GROUP when there is no such group.
 */
export function graph(inventory: Inventory, options: GraphOptions = {}): string {
  const start = inventory.groups.get(options.group ?? 'all')
  if (start === undefined)
    throw problem('INVENTORY_NO_GROUP', `there is no group ${options.group} in the inventory`)
  const lines: string[] = []
  const varLines = (vars: Vars, depth: number) => {
    if (options.vars === true) for (const text of shownTexts(vars)) lines.push(branch(text, depth))
  }
  const walk = (group: Group, depth: number) => {
    lines.push(branch(`@${group.name}:`, depth))
    for (const child of group.children) {
      const inner = inventory.groups.get(child)
      if (inner !== undefined) walk(inner, depth + 1)
    }
    for (const name of group.name === 'all' ? [] : group.hosts) {
      lines.push(branch(name, depth + 1))
      varLines(inventory.hosts.get(name)?.vars ?? new Map(), depth + 2)
    }
    varLines(withPriority(group), depth + 1)
  }
  walk(start, 0)
  return lines.join('\n')
}

const branch = (text: string, depth: number): string =>
  depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`

function shownTexts(vars: Vars): string[] {
  const secret = (name: string) => vars.get(name)?.secret === true
  return Object.entries(shownVars(vars))
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => `{${name} = ${secret(name) ? '***' : pythonText(value)}}`)
}

function withPriority({ vars, priority, origin }: Group): Vars {
  if (priority === 1) return vars
  return new Map([...vars, ['ansible_group_priority', { value: priority, raw: String(priority), origin }]])
}
