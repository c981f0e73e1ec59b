import type { ConvecthubError } from '../errors.ts'
import type { BuilderGroup, InventoryBuilder } from './inventory-builder.ts'
import { problem } from './problems.ts'
import { compareText } from './python/python-text.ts'

/** The depth of each group below `all`, and its parents. */
export interface GroupTree {
  depths: ReadonlyMap<string, number>
  parents: ReadonlyMap<string, readonly string[]>
}

/**
 * Puts groups without a parent under `all`, in order of first appearance, then computes depths and parents. Adds
 * INVENTORY_GROUP_LOOP to `problems` for every loop.
 */
export function buildTree(builder: InventoryBuilder, problems: ConvecthubError[]): GroupTree {
  for (const [name, group] of builder.groups) {
    const origin = group.children.get('all')
    if (origin !== undefined) problems.push(loop(name, 'all', origin))
    group.children.delete('all')
  }
  const order = topological(builder, problems)
  const parents = new Map<string, string[]>()
  for (const name of builder.groups.keys()) parents.set(name, [])
  for (const [name, group] of builder.groups)
    for (const child of group.children.keys()) parents.get(child)?.push(name)
  const all = builder.groups.get('all') as BuilderGroup
  for (const [name, above] of parents) {
    if (name === 'all' || above.length > 0) continue
    all.children.set(name, builder.groups.get(name)?.origin ?? all.origin)
    above.push('all')
  }
  const depths = new Map<string, number>()
  for (const name of order) {
    const above = parents.get(name) ?? []
    depths.set(
      name,
      above.reduce((depth, parent) => Math.max(depth, (depths.get(parent) ?? 0) + 1), 0),
    )
  }
  return { depths, parents }
}

/** The named groups and all their ancestors, without `all`. */
export function withAncestors(tree: GroupTree, names: Iterable<string>): Set<string> {
  const found = new Set(names)
  // Iterating over a Set also visits elements that are added meanwhile.
  for (const name of found)
    for (const parent of tree.parents.get(name) ?? []) if (parent !== 'all') found.add(parent)
  return found
}

/** Sorts groups so that parents come before children. Reports and skips every edge that closes a loop. */
function topological(builder: InventoryBuilder, problems: ConvecthubError[]): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  for (const root of builder.groups.keys()) {
    if (state.has(root)) continue
    // An explicit stack instead of recursion, because a chain of groups may exceed the call stack.
    const stack = [{ name: root, children: [...(builder.groups.get(root)?.children ?? [])], next: 0 }]
    state.set(root, 'open')
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = top.children[top.next]
      top.next += 1
      if (edge === undefined) {
        state.set(top.name, 'done')
        order.push(top.name)
        stack.pop()
        continue
      }
      const [child, origin] = edge
      if (state.get(child) === 'open') {
        problems.push(loop(top.name, child, origin))
        builder.groups.get(top.name)?.children.delete(child)
      } else if (!state.has(child)) {
        state.set(child, 'open')
        stack.push({ name: child, children: [...(builder.groups.get(child)?.children ?? [])], next: 0 })
      }
    }
  }
  return order.reverse()
}

function loop(parent: string, child: string, origin: { file: string; line?: number }): ConvecthubError {
  const message =
    parent === child
      ? `group '${parent}' is a child of itself`
      : `Adding group '${child}' as child to '${parent}' creates a recursive dependency loop.`
  return problem('INVENTORY_GROUP_LOOP', message, {
    origin,
    hint: 'remove one of the children lines that form the circle',
  })
}

/** Sorts groups in the order in which Ansible applies them: by depth, priority and name. The last one wins. */
export function sortGroups(builder: InventoryBuilder, tree: GroupTree, names: Iterable<string>): string[] {
  const depth = (name: string) => tree.depths.get(name) ?? 0
  const priority = (name: string) => builder.groups.get(name)?.priority ?? 1
  return [...names].sort((a, b) => depth(a) - depth(b) || priority(a) - priority(b) || compareText(a, b))
}
