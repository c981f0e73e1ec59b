import {
  type Alias,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import type { ConvecthubError, Origin } from '../errors.ts'
import { type Layout, libyamlLayout } from './libyaml-layout.ts'
import { problem, throwAll } from './problems.ts'

/** A parsed YAML or JSON file. Scalars are still texts: yaml-value.ts gives them their meaning. */
export interface YamlFile {
  file: string
  text: string
  layout: Layout
  /** The text is JSON; Ansible then types numbers by JSON's rules. */
  json: boolean
  root: Node | null
  /** The node that an alias stands for. */
  targets: ReadonlyMap<Alias, Node>
  /** The lines of the layout. */
  lines: LineCounter
  /** How many more nodes may be read: aliases of aliases could else fill the memory. */
  budget: number
}

const MAX_NODES = 2_000_000
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what YAML forbids
const CONTROL = /[\x00-\x08\v\f\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/

/**
 * Parses one YAML document.
 * @throws inventory-yaml for syntax errors, inventory-duplicate-key for a key that is there twice (Ansible keeps the
 * last and only warns).
 */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const layout = libyamlLayout(text)
  const parsed: YamlFile = {
    file,
    text,
    layout,
    json: isJson(text),
    root: null,
    targets: new Map(),
    lines,
    budget: MAX_NODES,
  }
  const problems: ConvecthubError[] = []
  const control = CONTROL.exec(text)
  if (control !== null)
    problems.push(
      problem('yaml', 'not valid YAML: a control character', {
        origin: controlOrigin(text, file, control.index),
      }),
    )
  for (const place of parsed.json ? [] : layout.tabs)
    problems.push(
      problem('yaml', 'not valid YAML: a tab in front of the text', {
        origin: { file, ...place },
        line: yamlLine(parsed, place),
        hint: 'indent with spaces',
      }),
    )
  try {
    const documents = parseAllDocuments(layout.text, {
      version: '1.1',
      schema: 'failsafe',
      // The library compares every key with every other; the walk below uses a set.
      uniqueKeys: false,
      lineCounter: lines,
      logLevel: 'silent',
    })
    const [first, second] = Array.isArray(documents) ? documents : []
    // A wrong tab makes the library stumble over what follows.
    const errors = layout.tabs.length > 0 ? [] : [...(first?.errors ?? []), ...(second?.errors ?? [])]
    for (const error of errors) {
      const [message = ''] = error.message.split(/ at line \d+/)
      problems.push(yamlProblem(parsed, error.pos[0], 'yaml', `not valid YAML: ${message}`))
    }
    if (second !== undefined)
      problems.push(yamlProblem(parsed, second.range?.[0] ?? 0, 'yaml', 'a second YAML document'))
    parsed.root = (first?.contents ?? null) as Node | null
    if (problems.length === 0) parsed.targets = resolveAliases(parsed, problems)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.push(problem('yaml', 'the YAML is nested too deeply', { origin: { file } }))
  }
  throwAll(problems)
  return parsed
}

function isJson(text: string): boolean {
  if (!/^\s*["[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Before parsing, the library's line counter knows nothing yet. */
function controlOrigin(text: string, file: string, offset: number): Origin {
  const lines = text.slice(0, offset).split('\n')
  return { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

/** Where in the file an offset of the layout is. */
export function yamlOrigin({ file, lines, layout }: YamlFile, offset: number): Origin {
  const { line, col } = lines.linePos(offset)
  return line === 0 ? { file } : { file, line, column: Math.max(1, col - (layout.shifts.get(line) ?? 0)) }
}

/** An error that shows the line of an offset. */
export function yamlProblem(
  yaml: YamlFile,
  offset: number,
  code: string,
  message: string,
  hint?: string,
): ConvecthubError {
  const origin = yamlOrigin(yaml, offset)
  return problem(code, message, { origin, line: yamlLine(yaml, origin), hint })
}

/** The line that an origin points at. */
export function yamlLine({ layout }: YamlFile, { line = 1 }: { line?: number }): string {
  return (layout.lines[line - 1] ?? '').replace(/\r?\n$/, '')
}

/** In document order, since an alias stands for what is above it. Like libyaml, takes each anchor once only. */
function resolveAliases(yaml: YamlFile, problems: ConvecthubError[]): Map<Alias, Node> {
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
      if (target === undefined)
        problems.push(yamlProblem(yaml, offset, 'yaml', `there is no anchor &${item.source} above`))
      else if (open.has(target))
        problems.push(yamlProblem(yaml, offset, 'yaml', `&${item.source} contains itself`))
      else targets.set(item, target)
    } else if (item !== null && typeof item === 'object') {
      const node = item as Node & { anchor?: string }
      if (node.anchor !== undefined) {
        if (anchors.has(node.anchor)) problems.push(secondAnchor(yaml, node))
        anchors.set(node.anchor, node)
      }
      if (!isMap(node) && !isSeq(node)) return
      if (isMap(node)) checkKeys(yaml, node, problems)
      open.add(node)
      for (const child of node.items) walk(child)
      open.delete(node)
    }
  }
  walk(yaml.root)
  return targets
}

function secondAnchor(yaml: YamlFile, { anchor = '', range }: Node & { anchor?: string }): ConvecthubError {
  // The node starts behind its anchor.
  const offset = yaml.layout.text.lastIndexOf(`&${anchor}`, range?.[0] ?? 0)
  return yamlProblem(yaml, offset, 'yaml', `the anchor &${anchor} is there twice`, 'Ansible refuses it, too')
}

/** Refuses empty keys and, by a set, keys that are there twice. */
function checkKeys(yaml: YamlFile, map: YAMLMap, problems: ConvecthubError[]): void {
  const keys = new Set<unknown>()
  for (const { key } of map.items) {
    if (isScalar(key) && key.type === 'PLAIN' && key.value === '') {
      problems.push(
        yamlProblem(yaml, key.range?.[0] ?? 0, 'yaml', 'not valid YAML: the key before `:` is missing'),
      )
    }
    if (!isScalar(key) || key.value === '<<') continue
    if (keys.has(key.value)) {
      const message = `the key ${String(key.value)} is there twice`
      problems.push(
        yamlProblem(
          yaml,
          key.range?.[0] ?? 0,
          'duplicate-key',
          message,
          'Ansible would use the last one only',
        ),
      )
    }
    keys.add(key.value)
  }
}
