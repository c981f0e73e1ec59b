import { type Alias, type Document, LineCounter, type Node, parseAllDocuments, type YAMLError } from 'yaml'
import type { InventoryCode } from '../../error-codes.ts'
import type { ConvecthubError, Origin } from '../../errors.ts'
import { problem, throwAll } from '../problems.ts'
import { type Layout, libyamlLayout, plainLayout } from './libyaml-layout.ts'
import { resolveAliases } from './yaml-aliases.ts'

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
 * @throws INVENTORY_YAML for syntax errors, INVENTORY_DUPLICATE_KEY for a key that is there twice (Ansible keeps the
 * last and only warns).
 */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const json = isJson(text)
  // Ansible tries JSON first, by Python's own parser.
  const layout = json ? plainLayout(text) : libyamlLayout(text)
  const parsed: YamlFile = {
    file,
    text,
    layout,
    json,
    root: null,
    targets: new Map(),
    lines,
    budget: MAX_NODES,
  }
  const problems = layoutProblems(parsed)
  try {
    readDocument(parsed, problems)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.push(problem('INVENTORY_YAML', 'the YAML is nested too deeply', { origin: { file } }))
  }
  throwAll(problems)
  return parsed
}

/** Characters that YAML forbids, which the library takes. */
function layoutProblems(parsed: YamlFile): ConvecthubError[] {
  const { text, file, layout } = parsed
  const control = CONTROL.exec(text)
  const tabs = layout.tabs.map((place) =>
    problem('INVENTORY_YAML', 'not valid YAML: a tab in front of the text', {
      origin: { file, ...place },
      line: yamlLine(parsed, place),
      hint: 'indent with spaces',
    }),
  )
  if (control === null) return tabs
  const origin = controlOrigin(text, file, control.index)
  return [problem('INVENTORY_YAML', 'not valid YAML: a control character', { origin }), ...tabs]
}

/** Fills in the root, and the targets of its aliases where nothing is wrong so far; what is wrong goes to `problems`. */
function readDocument(parsed: YamlFile, problems: ConvecthubError[]): void {
  const { layout, lines } = parsed
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
  const errors = [first, second].flatMap((document) => errorsOf(layout.text, document))
  for (const error of layout.tabs.length > 0 ? [] : errors) {
    const [message = ''] = error.message.split(/ at line \d+/)
    problems.push(yamlProblem(parsed, error.pos[0], 'INVENTORY_YAML', `not valid YAML: ${message}`))
  }
  if (second !== undefined)
    problems.push(yamlProblem(parsed, second.range?.[0] ?? 0, 'INVENTORY_YAML', 'a second YAML document'))
  parsed.root = (first?.contents ?? null) as Node | null
  if (problems.length === 0)
    parsed.targets = resolveAliases(parsed, (offset, ...what) =>
      problems.push(yamlProblem(parsed, offset, ...what)),
    )
}

/** What libyaml refuses, too: it takes a comment without a blank before it, and no directives it does not know. */
function errorsOf(text: string, document: Document.Parsed | undefined): YAMLError[] {
  const { errors = [], warnings = [] } = document ?? {}
  return [
    ...errors.filter(({ code, pos }) => code !== 'MISSING_CHAR' || text[pos[0]] !== '#'),
    ...warnings.filter(({ code }) => code === 'BAD_DIRECTIVE'),
  ]
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
  const lines = text.slice(0, offset).split(/\r\n?|[\n\x85]/)
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
  code: InventoryCode,
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
