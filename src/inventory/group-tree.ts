import type { ConvecthubError } from '../errors.ts'
import { type Draft, type DraftGroup, lineAt } from './draft.ts'
import { problem } from './problems.ts'
import { compareText } from './python-text.ts'

/** Depths and ancestors of all groups; `order` holds parents before children. */
export interface GroupTree {
  depths: Map<string, number>
  /** All groups above a group, without itself and without `all`. */
  ancestors: Map<string, ReadonlySet<string>>
  order: string[]
}

/**
 * Puts groups without a parent under `all`, in order of first appearance, then measures the tree. A loop is a problem
 * of code inventory-group-loop.
 */
export function buildTree(draft: Draft, problems: ConvecthubError[]): GroupTree {
  for (const [name, group] of draft.groups) {
    const origin = group.children.get('all')
    if (origin !== undefined) problems.push(loop(draft, name, 'all', origin))
    group.children.delete('all')
  }
  const parented = new Set([...draft.groups.values()].flatMap((group) => [...group.children.keys()]))
  const all = draft.groups.get('all') as DraftGroup
  const order = topological(draft, problems)
  for (const [name, group] of draft.groups) {
    if (name !== 'all' && !parented.has(name)) all.children.set(name, group.origin)
  }
  const depths = new Map<string, number>([['all', 0]])
  const ancestors = new Map<string, Set<string>>()
  for (const name of draft.groups.keys()) ancestors.set(name, new Set())
  for (const name of ['all', ...order.filter((each) => each !== 'all')]) {
    const above = ancestors.get(name) as Set<string>
    for (const child of draft.groups.get(name)?.children.keys() ?? []) {
      depths.set(child, Math.max(depths.get(child) ?? 0, (depths.get(name) ?? 0) + 1))
      const set = ancestors.get(child)
      for (const each of above) set?.add(each)
      if (name !== 'all') set?.add(name)
    }
  }
  return { depths, ancestors, order }
}

/** Parents before children; every edge that closes a loop is a problem and left out. */
function topological(draft: Draft, problems: ConvecthubError[]): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const order: string[] = []
  for (const root of draft.groups.keys()) {
    if (state.has(root)) continue
    // An explicit stack: a chain of children may be longer than the call stack.
    const stack = [{ name: root, children: [...(draft.groups.get(root)?.children ?? [])], next: 0 }]
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
        problems.push(loop(draft, top.name, child, origin))
        draft.groups.get(top.name)?.children.delete(child)
      } else if (!state.has(child)) {
        state.set(child, 'open')
        stack.push({ name: child, children: [...(draft.groups.get(child)?.children ?? [])], next: 0 })
      }
    }
  }
  return order.reverse()
}

function loop(
  draft: Draft,
  parent: string,
  child: string,
  origin: { file: string; line?: number },
): ConvecthubError {
  const message =
    parent === child
      ? `group '${parent}' is a child of itself`
      : `Adding group '${child}' as child to '${parent}' creates a recursive dependency loop.`
  return problem('group-loop', message, {
    origin,
    line: lineAt(draft, origin),
    hint: 'remove one of the children lines that form the circle',
  })
}

/** Sorts groups as Ansible applies them: by depth, priority and name, the winner last. */
export function sortGroups(draft: Draft, tree: GroupTree, names: Iterable<string>): string[] {
  const depth = (name: string) => tree.depths.get(name) ?? 0
  const priority = (name: string) => draft.groups.get(name)?.priority ?? 1
  return [...names].sort((a, b) => depth(a) - depth(b) || priority(a) - priority(b) || compareText(a, b))
}
