import type { Group, Inventory, Vars } from './inventory.ts'
import { shownVars } from './list-json.ts'
import { pythonText } from './python/python-repr.ts'
import { compareText } from './python/python-text.ts'

/**
 * The tree that `ansible-inventory --graph` prints, without the final line break; with `vars`, the variables of groups
 * and hosts as well. Vaulted values are shown as `***`.
 */
export function graph(inventory: Inventory, { vars = false } = {}): string {
  const lines: string[] = []
  const varLines = (found: Vars, depth: number) => {
    if (vars) for (const text of shownTexts(found)) lines.push(branch(text, depth))
  }
  const walk = (name: string, depth: number) => {
    const group = inventory.groups.get(name)
    if (group === undefined) return
    lines.push(branch(`@${name}:`, depth))
    for (const child of group.children) walk(child, depth + 1)
    for (const host of name === 'all' ? [] : group.hosts) {
      lines.push(branch(host, depth + 1))
      varLines(inventory.hosts.get(host)?.vars ?? new Map(), depth + 2)
    }
    varLines(withPriority(group), depth + 1)
  }
  walk('all', 0)
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
