import { Float, type Value } from '../inventory.ts'
import { type Cursor, nextIs, skipBlanks, take } from './cursor.ts'
import { dictBuilder } from './dict.ts'
import { pythonNumber } from './python-number.ts'
import { pythonString } from './python-string.ts'
import { withoutEnd } from './python-text.ts'

/** A literal's value, or why JSON cannot represent it. `text` is the literal without surrounding blanks and comment. */
export type Literal = { value: Value; refused?: undefined; text: string } | { refused: string }

interface Node {
  kind: 'number' | 'signed' | 'complex' | 'text' | 'bytes' | 'collection' | 'other'
  value: Value
  refused?: string | undefined
}

// The limit for open brackets in Python's tokenizer.
const MAX_DEPTH = 200
const CONSTANTS: Readonly<Record<string, Value>> = { True: true, False: false, None: null }

/**
 * Evaluates a text like Python's `ast.literal_eval` (3.11), which Ansible calls for every INI value. Undefined if the
 * text is not a literal and therefore stays a string. Python's answers are in test/inventory/cases 02, 04 and 57.
 */
export function pythonLiteral(source: string): Literal | undefined {
  // Python encodes the text first, which fails for lone surrogates (bytes that were not UTF-8).
  if (/\p{Surrogate}/u.test(source)) return undefined
  const cursor: Cursor = { text: source, at: 0, depth: 0 }
  skipBlanks(cursor)
  const from = cursor.at
  const items: Node[] = []
  let commas = 0
  let end = from
  // `1, 2` is a tuple even without brackets.
  while (items.length === commas && !(commas > 0 && atEnd(cursor))) {
    const item = sum(cursor)
    if (item === undefined) return undefined
    items.push(item)
    end = cursor.at
    if (!take(cursor, ',')) break
    commas += 1
    end = cursor.at
  }
  if (!atEnd(cursor)) return undefined
  const text = withoutEnd(source.slice(from, end), ' \t\f')
  const node = commas > 0 ? collection(items) : items[0]
  if (node === undefined) return undefined
  return node.refused === undefined ? { value: node.value, text } : { refused: node.refused }
}

function atEnd(cursor: Cursor): boolean {
  skipBlanks(cursor)
  return cursor.at >= cursor.text.length || cursor.text[cursor.at] === '#'
}

/** Parses `1`, `-1`, or the only sum allowed in a literal: a number plus or minus an imaginary number. */
function sum(cursor: Cursor): Node | undefined {
  const left = signed(cursor)
  if (left === undefined || !(nextIs(cursor, '+') || nextIs(cursor, '-'))) return left
  cursor.at += 1
  const right = primary(cursor)
  if ((left.kind !== 'number' && left.kind !== 'signed') || right?.kind !== 'complex') return undefined
  return { kind: 'other', value: null, refused: right.refused }
}

function signed(cursor: Cursor): Node | undefined {
  const minus = take(cursor, '-')
  if (!minus && !take(cursor, '+')) return primary(cursor)
  const node = primary(cursor)
  if (node?.kind === 'complex') return { ...node, kind: 'other' }
  if (node?.kind !== 'number') return undefined
  return { ...node, kind: 'signed', value: minus ? negated(node.value) : node.value }
}

function negated(value: Value): Value {
  if (value instanceof Float) return new Float(-value.number)
  return typeof value === 'bigint' ? -value : 0 - (value as number)
}

function primary(cursor: Cursor): Node | undefined {
  skipBlanks(cursor)
  const char = cursor.text[cursor.at]
  if (char === undefined) return undefined
  if (char === '(' || char === '[' || char === '{') return bracketed(cursor, char)
  return number(cursor) ?? strings(cursor) ?? word(cursor)
}

function number(cursor: Cursor): Node | undefined {
  const token = pythonNumber(cursor.text, cursor.at)
  if (token === undefined) return undefined
  cursor.at = token.end
  if (token.value === 'complex') return { kind: 'complex', value: null, refused: 'a complex number' }
  const infinite = token.value instanceof Float && !Number.isFinite(token.value.number)
  return { kind: 'number', value: token.value, refused: infinite ? 'an infinite number' : undefined }
}

/** Parses a string. Adjacent strings are concatenated. */
function strings(cursor: Cursor): Node | undefined {
  let node: Node | undefined
  for (;;) {
    skipBlanks(cursor)
    const token = pythonString(cursor.text, cursor.at)
    if (token === undefined) return node
    const kind = token.bytes ? 'bytes' : 'text'
    if (node !== undefined && node.kind !== kind) return undefined
    cursor.at = token.end
    node = { kind, value: `${node?.value ?? ''}${token.text}`, refused: node?.refused ?? token.refused }
  }
}

function word(cursor: Cursor): Node | undefined {
  if (cursor.text.startsWith('...', cursor.at)) {
    cursor.at += 3
    return { kind: 'other', value: null, refused: 'an ellipsis' }
  }
  const name = /^[\p{L}\p{N}_]+/u.exec(cursor.text.slice(cursor.at))?.[0] ?? ''
  cursor.at += name.length
  if (Object.hasOwn(CONSTANTS, name)) return { kind: 'other', value: CONSTANTS[name] as Value }
  // `set()` is the only call that literal_eval allows.
  if (name === 'set' && take(cursor, '(') && take(cursor, ')'))
    return { kind: 'other', value: null, refused: 'a set' }
  return undefined
}

function bracketed(cursor: Cursor, open: '(' | '[' | '{'): Node | undefined {
  cursor.at += 1
  cursor.depth += 1
  if (cursor.depth > MAX_DEPTH) return undefined
  const node = open === '{' ? braces(cursor) : items(cursor, open)
  cursor.depth -= 1
  return node
}

function items(cursor: Cursor, open: '(' | '['): Node | undefined {
  const close = open === '(' ? ')' : ']'
  const nodes: Node[] = []
  let commas = 0
  while (!take(cursor, close)) {
    if (nodes.length > commas) return undefined
    const node = sum(cursor)
    if (node === undefined) return undefined
    nodes.push(node)
    if (take(cursor, ',')) commas += 1
  }
  // Parentheses without a comma only group.
  return open === '(' && commas === 0 && nodes.length === 1 ? nodes[0] : collection(nodes)
}

function collection(nodes: readonly Node[]): Node {
  return { kind: 'collection', value: nodes.map((node) => node.value), refused: refusedInside(nodes) }
}

function refusedInside(nodes: readonly Node[]): string | undefined {
  // Ansible converts bytes to a string only if they are the whole value.
  return nodes
    .map((node) => node.refused ?? (node.kind === 'bytes' ? 'bytes in a collection' : undefined))
    .find(Boolean)
}

function braces(cursor: Cursor): Node | undefined {
  const builder = dictBuilder()
  let refused: string | undefined
  let isSet: boolean | undefined
  let separated = true
  while (!take(cursor, '}')) {
    if (!separated) return undefined
    const key = sum(cursor)
    if (key === undefined) return undefined
    const single = !take(cursor, ':')
    if (single !== (isSet ?? single)) return undefined
    isSet = single
    const value = single ? undefined : sum(cursor)
    if (!single && value === undefined) return undefined
    refused ??= refusedInside(value === undefined ? [key] : [key, value])
    refused ??= single ? 'a set' : builder.add(key.value, value?.value ?? null)
    separated = take(cursor, ',')
  }
  return { kind: 'collection', value: builder.dict, refused }
}
