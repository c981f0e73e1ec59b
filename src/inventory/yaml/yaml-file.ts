import { type Alias, type Document, LineCounter, type Node, parseAllDocuments, type YAMLError } from 'yaml'
import type { InventoryCode } from '../../error-codes.ts'
import type { ConvecthubError, Origin } from '../../errors.ts'
import { yamlReason } from '../../yaml-reason.ts'
import { problem, throwAll } from '../problems.ts'
import { type Layout, libyamlLayout, plainLayout } from './libyaml-layout.ts'
import { resolveAliases } from './yaml-aliases.ts'

/** A parsed YAML or JSON file. Scalars are still strings; yamlValue() gives them their types. */
export interface YamlFile {
  file: string
  text: string
  layout: Layout
  /** True if the text is valid JSON: then numbers have JSON's syntax. */
  json: boolean
  root: Node | null
  /** The node that each alias refers to. */
  targets: ReadonlyMap<Alias, Node>
  /** Maps offsets in the layout to lines and columns. */
  lines: LineCounter
  /** How many more nodes may be read, a limit against aliases of aliases that would fill the memory. */
  budget: number
}

const MAX_NODES = 2_000_000
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what YAML forbids
const CONTROL = /[\x00-\x08\v\f\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/

/**
 * Parses one YAML document.
 * @throws INVENTORY_YAML for syntax errors, INVENTORY_DUPLICATE_KEY for a key that occurs twice (Ansible warns and uses
 * the last one).
 */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const json = isJson(text)
  // Ansible tries Python's JSON parser first.
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

/** Errors for control characters and tabs that libyaml refuses but the library accepts. */
function layoutProblems(parsed: YamlFile): ConvecthubError[] {
  const { text, file, layout } = parsed
  const control = CONTROL.exec(text)
  const tabs = layout.tabs.map((place) =>
    problem('INVENTORY_YAML', 'not valid YAML: a tab in front of the text', {
      origin: { file, ...place },
      hint: 'indent with spaces',
    }),
  )
  if (control === null) return tabs
  const origin = controlOrigin(text, file, control.index)
  return [problem('INVENTORY_YAML', 'not valid YAML: a control character', { origin }), ...tabs]
}

/** Sets the root and, if there are no errors so far, the targets of aliases. Adds errors to `problems`. */
function readDocument(parsed: YamlFile, problems: ConvecthubError[]): void {
  const { layout, lines } = parsed
  const documents = parseAllDocuments(layout.text, {
    version: '1.1',
    schema: 'failsafe',
    // The library compares each key with every other one; resolveAliases() checks them in linear time.
    uniqueKeys: false,
    lineCounter: lines,
    logLevel: 'silent',
  })
  const [first, second] = Array.isArray(documents) ? documents : []
  // After a wrong tab the library reports follow-up errors, which are left out.
  const errors = [first, second].flatMap((document) => errorsOf(layout.text, document))
  for (const error of layout.tabs.length > 0 ? [] : errors) {
    const { reason, hint } = yamlReason(error.message)
    problems.push(yamlProblem(parsed, error.pos[0], 'INVENTORY_YAML', `not valid YAML: ${reason}`, hint))
  }
  if (second !== undefined)
    problems.push(yamlProblem(parsed, second.range?.[0] ?? 0, 'INVENTORY_YAML', 'a second YAML document'))
  parsed.root = (first?.contents ?? null) as Node | null
  if (problems.length === 0)
    parsed.targets = resolveAliases(parsed, (offset, ...what) =>
      problems.push(yamlProblem(parsed, offset, ...what)),
    )
}

/** The errors that libyaml has, too: it accepts a `#` comment without a blank before it, but no unknown directives. */
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

/** Computes the place from the text, because the library's line counter is still empty before parsing. */
function controlOrigin(text: string, file: string, offset: number): Origin {
  const lines = text.slice(0, offset).split(/\r\n?|[\n\x85]/)
  return { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

/** The place in the original file of an offset in the layout. */
export function yamlOrigin({ file, lines, layout }: YamlFile, offset: number): Origin {
  const { line, col } = lines.linePos(offset)
  return line === 0 ? { file } : { file, line, column: Math.max(1, col - (layout.shifts.get(line) ?? 0)) }
}

/** An error at an offset of the layout. */
export function yamlProblem(
  yaml: YamlFile,
  offset: number,
  code: InventoryCode,
  message: string,
  hint?: string,
): ConvecthubError {
  return problem(code, message, { origin: yamlOrigin(yaml, offset), hint })
}
