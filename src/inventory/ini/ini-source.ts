import type { ConvecthubError, Origin } from '../../errors.ts'
import { didYouMean } from '../edit-distance.ts'
import {
  addChild,
  addGroup,
  addHost,
  type BuilderGroup,
  type InventoryBuilder,
  setGroupVar,
} from '../inventory-builder.ts'
import { collect, NAMELESS, problem, quotable } from '../problems.ts'
import { strip } from '../python/python-text.ts'
import { splitLines } from '../source-lines.ts'
import { parseHostLine } from './ini-host-line.ts'
import { parseChild, parseSection, type SectionKind } from './ini-section.ts'
import { typedSetting } from './ini-value.ts'

/** A group that was used before its declaration. It is an error if the file ends without declaring it. */
interface Pending {
  kind: 'vars' | 'children'
  /** The groups that list it as a child. */
  parents: { group: BuilderGroup; origin: Origin }[]
  origin: Origin
}

interface Reading {
  builder: InventoryBuilder
  problems: ConvecthubError[]
  pending: Map<string, Pending>
  group: BuilderGroup
  /** Undefined after an invalid header: the lines below it are skipped, to avoid follow-up errors. */
  kind: SectionKind | undefined
}

/**
 * Reads a file in Ansible's INI dialect (rules.md §1-§6). Continues after an error, so that `problems` gets all errors
 * of the file: INVENTORY_SECTION, _HOST_LINE, _VARS_LINE, _CHILDREN_LINE, _UNDEFINED_GROUP, …
 */
export function readIniSource(
  builder: InventoryBuilder,
  text: string,
  file: string,
  problems: ConvecthubError[],
): void {
  const ungrouped = addGroup(builder, 'ungrouped', { file })
  const reading: Reading = { builder, problems, pending: new Map(), group: ungrouped, kind: 'hosts' }
  for (const source of splitLines(text)) {
    const { text: line, start } = strip(source.text)
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const originAt = (index: number): Origin => ({
      file,
      line: source.line,
      column: source.column + start + index,
    })
    if (openSection(reading, line, originAt(0))) continue
    if (reading.kind === 'hosts') readHost(reading, line, originAt)
    else if (reading.kind === 'vars') collect(problems, () => readVariable(reading, line, originAt))
    else if (reading.kind === 'children') readChild(reading, line, originAt(0))
  }
  for (const [name, pending] of reading.pending) problems.push(undefinedGroup(name, pending, builder))
}

function openSection(reading: Reading, line: string, origin: Origin): boolean {
  const { builder, pending } = reading
  const section = parseSection(line)
  if (section === undefined) return false
  if (section.error !== undefined) {
    reading.problems.push(problem('INVENTORY_SECTION', section.error, { origin, hint: section.hint }))
  }
  reading.kind = section.kind
  if (section.name === undefined || section.kind === undefined) return true
  const { name, kind } = section
  const known = builder.groups.has(name)
  if (kind !== 'vars') {
    // Add the child now, not when its parent listed it: Ansible lists children in the order of their declarations.
    for (const parent of pending.get(name)?.parents ?? []) addChild(parent.group, name, parent.origin)
    pending.delete(name)
  } else if (!known && !pending.has(name)) pending.set(name, { kind: 'vars', parents: [], origin })
  reading.group = addGroup(builder, name, origin)
  return true
}

function readHost(
  { builder, group, problems }: Reading,
  line: string,
  originAt: (index: number) => Origin,
): void {
  const parsed = parseHostLine(line, originAt, problems)
  if (parsed === undefined) return
  if (parsed.doubt) builder.strictErrors.push(parsed.doubt)
  for (const name of parsed.names) {
    const host = addHost(builder, name, parsed.origin, parsed.port)
    group.hosts.add(name)
    for (const [key, setting] of parsed.vars) host.vars.set(key, setting)
  }
}

/** Reads `key = value`. Values are typed as on host lines; a comment can follow a Python literal only. */
function readVariable(
  { builder, group, problems }: Reading,
  line: string,
  originAt: (index: number) => Origin,
): void {
  const equals = line.indexOf('=')
  if (equals < 0) {
    const hint = 'write key=value; a comment line starts with #'
    throw problem('INVENTORY_VARS_LINE', NAMELESS, {
      origin: originAt(0),
      hint,
    })
  }
  const name = strip(line.slice(0, equals)).text
  const value = strip(line.slice(equals + 1)).text
  const setting = typedSetting(name, value, originAt(0))
  if (setting instanceof Error) problems.push(setting)
  else {
    setGroupVar(group, name, setting)
    if (setting.value === value && /\s#/.test(value))
      warnOfComment(builder, name, originAt(line.lastIndexOf(' #') + 1))
  }
}

function warnOfComment(builder: InventoryBuilder, name: string, origin: Origin): void {
  builder.warnings.push({
    code: 'INVENTORY_COMMENT_IN_VALUE',
    message: `the comment is part of the value of ${name}`,
    origin,
    hint: 'put the comment on a line of its own, or the value in quotes',
  })
}

function readChild({ builder, group, pending, problems }: Reading, line: string, origin: Origin): void {
  const child = parseChild(line)
  if (child === undefined) {
    const hint = 'a line under [group:children] is the name of one group'
    problems.push(
      problem('INVENTORY_CHILDREN_LINE', `Expected group name, got: ${quotable(line)}`, { origin, hint }),
    )
    return
  }
  if (builder.groups.has(child)) {
    addChild(group, child, origin)
    return
  }
  const known = pending.get(child)
  if (known === undefined) pending.set(child, { kind: 'children', parents: [{ group, origin }], origin })
  else known.parents.push({ group, origin })
}

function undefinedGroup(
  name: string,
  { kind, parents, origin }: Pending,
  { groups }: InventoryBuilder,
): ConvecthubError {
  const parent = parents[0]?.group.name
  const others = [...groups.keys()].filter((other) => other !== name)
  const message =
    kind === 'vars'
      ? `Section [${name}:vars] not valid for undefined group: ${name}`
      : `Section [${parent}:children] includes undefined group: ${name}`
  return problem('INVENTORY_UNDEFINED_GROUP', message, {
    origin,
    hint: didYouMean(name, others) ?? `add [${name}], or correct the name`,
  })
}
