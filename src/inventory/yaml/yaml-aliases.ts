import {
  type Alias,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import type { InventoryCode } from '../../error-codes.ts'

/** Takes a problem at an offset of the text. */
export type Tell = (offset: number, code: InventoryCode, message: string, hint?: string) => void

/** A parsed text. */
export interface Parsed {
  root: Node | null
  layout: { text: string }
  json: boolean
}

type Anchored = Node & { anchor?: string }

/**
 * Finds the nodes that aliases stand for, and checks anchors and keys on the way, by the rules of libyaml where the
 * library has others. Goes in document order, since an alias stands for what is above it.
 */
export function resolveAliases({ root, layout, json }: Parsed, tell: Tell): Map<Alias, Node> {
  const { text } = layout
  const targets = new Map<Alias, Node>()
  const anchors = new Map<string, Node>()
  const open = new Set<Node>()
  const walk = (item: unknown): void => {
    if (isPair(item)) {
      walk(item.key)
      walk(item.value)
    } else if (isAlias(item)) {
      const target = anchors.get(item.source)
      const offset = item.range?.[0] ?? 0
      if (target === undefined) tell(offset, 'INVENTORY_YAML', `there is no anchor &${item.source} above`)
      else if (open.has(target)) tell(offset, 'INVENTORY_YAML', `&${item.source} contains itself`)
      else targets.set(item, target)
    } else if (item !== null && typeof item === 'object') {
      const node = item as Anchored
      if (node.anchor !== undefined) {
        checkAnchor(node, anchors, text, tell)
        anchors.set(node.anchor, node)
      }
      if (!isMap(node) && !isSeq(node)) return
      if (isMap(node)) checkKeys(node, json ? undefined : text, tell)
      open.add(node)
      for (const child of node.items) walk(child)
      open.delete(node)
    }
  }
  walk(root)
  return targets
}

/** Each anchor comes once (`yaml_parser_register_anchor`), and has no signs in its name (`yaml_parser_scan_anchor`). */
function checkAnchor(
  { anchor = '', range }: Anchored,
  known: ReadonlyMap<string, Node>,
  text: string,
  tell: Tell,
): void {
  // The node starts behind its anchor.
  const offset = text.lastIndexOf(`&${anchor}`, range?.[0] ?? 0)
  if (known.has(anchor))
    tell(offset, 'INVENTORY_YAML', `the anchor &${anchor} is there twice`, 'Ansible refuses it, too')
  if (!/^[\w-]+$/.test(anchor))
    tell(offset, 'INVENTORY_YAML', `the anchor &${anchor} has other characters than letters, digits, - and _`)
}

/** Refuses keys that are empty or there twice, and in braces of YAML those that libyaml does not take for keys. */
function checkKeys(map: YAMLMap, text: string | undefined, tell: Tell): void {
  const keys = new Set<unknown>()
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue
    const offset = key.range?.[0] ?? 0
    if (key.type === 'PLAIN' && key.value === '')
      tell(offset, 'INVENTORY_YAML', 'not valid YAML: the key before `:` is missing')
    const wrong = map.flow && value !== null && text !== undefined ? wrongFlowKey(key, text) : undefined
    if (wrong !== undefined) tell(offset, 'INVENTORY_YAML', `not valid YAML: ${wrong}`)
    if (key.value === '<<') continue
    if (keys.has(key.value)) {
      const hint = 'Ansible would use the last one only'
      tell(offset, 'INVENTORY_DUPLICATE_KEY', `the key ${String(key.value)} is there twice`, hint)
    }
    keys.add(key.value)
  }
}

/** What is wrong with a key in braces (`yaml_parser_stale_simple_keys`, `yaml_parser_scan_plain_scalar`). */
function wrongFlowKey({ range, type }: Scalar, text: string): string | undefined {
  const [start, end] = range ?? [0, 0]
  const behind = text.slice(end, end + 200)
  if (type === 'PLAIN' && /^[ \t]*:[,?[\]{}]/.test(behind)) return 'the blank behind `:` is missing'
  // Behind a `?` a key may take several lines.
  if (/\?\s*$/.test(text.slice(Math.max(0, start - 200), start))) return undefined
  return text.slice(start, end).includes('\n') || /^[ \t]*\r?\n/.test(behind)
    ? 'a key and its `:` stand on several lines'
    : undefined
}
