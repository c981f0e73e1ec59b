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

/** Reports an error at an offset of the text. */
export type Report = (offset: number, code: InventoryCode, message: string, hint?: string) => void

/** A parsed text. */
export interface Parsed {
  root: Node | null
  layout: { text: string }
  json: boolean
}

type Anchored = Node & { anchor?: string }

/**
 * Finds the node of each alias, and checks anchors and keys by the rules of libyaml where those of the library differ.
 * Walks in document order, because an alias refers to the last anchor above it.
 */
export function resolveAliases({ root, layout, json }: Parsed, report: Report): Map<Alias, Node> {
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
      if (target === undefined) report(offset, 'INVENTORY_YAML', `there is no anchor &${item.source} above`)
      else if (open.has(target)) report(offset, 'INVENTORY_YAML', `&${item.source} contains itself`)
      else targets.set(item, target)
    } else if (item !== null && typeof item === 'object') {
      const node = item as Anchored
      if (node.anchor !== undefined) {
        checkAnchor(node, anchors, text, report)
        anchors.set(node.anchor, node)
      }
      if (!isMap(node) && !isSeq(node)) return
      if (isMap(node)) checkKeys(node, json ? undefined : text, report)
      open.add(node)
      for (const child of node.items) walk(child)
      open.delete(node)
    }
  }
  walk(root)
  return targets
}

/** Anchors must be unique (`yaml_parser_register_anchor`) and made of word characters (`yaml_parser_scan_anchor`). */
function checkAnchor(
  { anchor = '', range }: Anchored,
  known: ReadonlyMap<string, Node>,
  text: string,
  report: Report,
): void {
  // The node's range starts after its anchor.
  const offset = text.lastIndexOf(`&${anchor}`, range?.[0] ?? 0)
  if (known.has(anchor))
    report(offset, 'INVENTORY_YAML', `the anchor &${anchor} is there twice`, 'Ansible refuses it, too')
  if (!/^[\w-]+$/.test(anchor))
    report(
      offset,
      'INVENTORY_YAML',
      `the anchor &${anchor} has other characters than letters, digits, - and _`,
    )
}

/** Refuses empty and duplicate keys, and keys in YAML braces that libyaml refuses. `text` is undefined for JSON. */
function checkKeys(map: YAMLMap, text: string | undefined, report: Report): void {
  const keys = new Set<unknown>()
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue
    const offset = key.range?.[0] ?? 0
    if (key.type === 'PLAIN' && key.value === '')
      report(offset, 'INVENTORY_YAML', 'not valid YAML: the key before `:` is missing')
    const wrong = map.flow && value !== null && text !== undefined ? wrongFlowKey(key, text) : undefined
    if (wrong !== undefined) report(offset, 'INVENTORY_YAML', `not valid YAML: ${wrong}`)
    if (key.value === '<<') continue
    if (keys.has(key.value)) {
      const hint = 'Ansible would use the last one only'
      report(offset, 'INVENTORY_DUPLICATE_KEY', `the key ${String(key.value)} is there twice`, hint)
    }
    keys.add(key.value)
  }
}

/** Says why libyaml refuses a key in braces (`yaml_parser_stale_simple_keys`, `yaml_parser_scan_plain_scalar`). */
function wrongFlowKey({ range, type }: Scalar, text: string): string | undefined {
  const [start, end] = range ?? [0, 0]
  const behind = text.slice(end, end + 200)
  if (type === 'PLAIN' && /^[ \t]*:[,?[\]{}]/.test(behind)) return 'the blank behind `:` is missing'
  // After a `?` a key may span several lines.
  if (/\?\s*$/.test(text.slice(Math.max(0, start - 200), start))) return undefined
  return text.slice(start, end).includes('\n') || /^[ \t]*\r?\n/.test(behind)
    ? 'a key and its `:` stand on several lines'
    : undefined
}
