import fc from 'fast-check'
import { changed, changes } from './random-inventory.ts'

/**
 * Random YAML inventories, mostly valid, but formatted as no tool would: scalars over several lines at any column,
 * tabs, duplicate anchors, several end markers, no final line break.
 */

const plain = fc.constantFrom(
  ...['x', 'a b', 'yes', '0644', '1.30', '10:30', '~', "it's", 'k:v', 'a#b', '-1', 'ü', '2024-01-01', '🚀'],
)
const blanks = fc.constantFrom('', '', ' ', '  ', '    ', '       ', '\t', ' \t', '\t ')
/** A line break with blanks and blank lines around it. */
const lineBreak = fc
  .tuple(fc.constantFrom('', '', ' ', '\t'), fc.constantFrom('', '', '', '\n', ' \n', '\n\t\n'), blanks)
  .map(([before, empty, after]) => `${before}\n${empty}${after}`)
const space = fc.oneof({ weight: 3, arbitrary: fc.constant(' ') }, lineBreak)
const edge = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, lineBreak)

/** One to four words with separators between them. */
const words = (word: fc.Arbitrary<string>, between: fc.Arbitrary<string>) =>
  fc
    .tuple(word, fc.array(fc.tuple(between, word), { maxLength: 3 }))
    .map(([first, more]) => first + more.flat().join(''))

const escapes = fc.constantFrom('\\"', '\\n', '\\\\', '\\t', '\\x41', '\\u00e9', 'it\\\n  s', 'a\\\n\tb')
const quoted = fc.oneof(
  fc
    .tuple(
      edge,
      words(
        plain.map((text) => text.replaceAll("'", "''")),
        space,
      ),
      edge,
    )
    .map((parts) => `'${parts.join('')}'`),
  fc.tuple(edge, words(fc.oneof(plain, escapes), space), edge).map((parts) => `"${parts.join('')}"`),
)

/** Blanks, line breaks and comments that may surround a token in brackets. */
const gap = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', ' ') },
  lineBreak,
  fc.tuple(lineBreak, lineBreak).map(([before, after]) => ` # c${before}#d${after}`),
)
const flowKeys = fc.uniqueArray(fc.constantFrom('a', 'b', '"c"', "'d'", 'e f'), { maxLength: 3 })
const flow: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'flow' },
    { weight: 2, arbitrary: plain },
    quoted,
    words(fc.constantFrom('x', 'y z', 'w'), space),
    fc
      .tuple(fc.array(fc.tuple(gap, tie('value'), gap), { maxLength: 3 }), gap)
      .map(([items, last]) => `[${items.map((parts) => parts.join('')).join(',')}${last}]`),
    fc
      .tuple(flowKeys, tie('value'), gap, gap)
      .map(
        ([keys, value, before, after]) =>
          `{${keys.map((key) => `${before}${key}: ${value}${after}`).join(',')}}`,
      ),
  ),
})).value

const blockLine = fc.constantFrom(
  ...['x', 'a: b', '"q', '[', ' deeper', '\ttab', '# no comment', '', '', '    ', '...'],
)
/** A block scalar in a collection at the given column. */
const block = (column: number) =>
  fc
    .tuple(
      fc.constantFrom('|', '>'),
      fc.constantFrom('', '', '-', '+'),
      fc.constantFrom('', '', ' # c', ' '),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.array(fc.constant(''), { maxLength: 2 }),
      fc.constantFrom('x', ' x', 'a: b', '"q', '{'),
      fc.array(blockLine, { maxLength: 4 }),
    )
    .map(([style, chomping, comment, indent, digit, empty, first, more]) => {
      const header = digit || first.startsWith(' ') ? `${style}${indent}${chomping}` : `${style}${chomping}`
      const start = ' '.repeat(column + indent)
      const lines = [first, ...more].map((line) => (line === '' ? '' : start + line))
      return [header + comment, ...empty, ...lines].join('\n')
    })

const properties = fc.oneof(
  { weight: 40, arbitrary: fc.constant('') },
  { weight: 6, arbitrary: fc.nat(999).map((number) => `&a${number} `) },
  { weight: 1, arbitrary: fc.constantFrom('!!str ', '&base ') },
)
const alias = fc.constantFrom('*base', '[*base , x]', '!unsafe x')

/** The text after a `:` or `-` of a collection at the given column. */
function node(column: number, depth: number): fc.Arbitrary<string> {
  const inline = fc
    .tuple(properties, fc.oneof(plain, quoted, flow, block(column)))
    .map((parts) => parts.join(''))
  const lines = words(
    fc.constantFrom('x', 'y z', 'w'),
    fc
      .tuple(fc.constantFrom('\n', '\n\n', ' \n'), blanks)
      .map(([end, start]) => end + ' '.repeat(column + 1) + start),
  )
  const simple = fc.oneof({ weight: 6, arbitrary: inline }, lines, alias).map((text) => ` ${text}`)
  if (depth === 0) return simple
  const nested = fc.oneof(
    fc.integer({ min: 1, max: 3 }).chain((more) => mapping(column + more, depth - 1)),
    fc.integer({ min: 0, max: 2 }).chain((more) => sequence(column + more, depth - 1)),
  )
  const below = fc
    .tuple(fc.constantFrom('', '', ' &b ', ' # c'), nested)
    .map(([end, text]) => `${end}\n${text}`)
  return fc.oneof({ weight: 4, arbitrary: simple }, below)
}

function mapping(column: number, depth: number): fc.Arbitrary<string> {
  const key = fc.constantFrom('a', 'b', 'c d', '"e"', "'f g'", 'h-1', 'yes', '🚀')
  const entry = fc.tuple(fc.constantFrom('', '', '', '\n', '# c\n'), key, node(column, depth))
  return fc
    .uniqueArray(entry, { minLength: 1, maxLength: 4, selector: ([, name]) => name })
    .map((entries) =>
      entries.map(([above, name, text]) => `${above}${' '.repeat(column)}${name}:${text}`).join('\n'),
    )
}

function sequence(column: number, depth: number): fc.Arbitrary<string> {
  return fc
    .array(node(column, depth), { minLength: 1, maxLength: 3 })
    .map((items) => items.map((text) => `${' '.repeat(column)}-${text}`).join('\n'))
}

const start = fc.constantFrom('', '', '---\n', '# c\n', '%YAML 1.1\n---\n')
const end = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '\n',
    '\n',
    '\n\n',
    '\n...',
    '\n...\n',
    '\n...\n...\n',
    '\n... # c\n\n...\n#c\n...',
    '\n# c',
  ],
  ...['\n  ', '\n\t', ' ', '\r\n'],
)
const newline = fc.constantFrom('\n', '\n', '\n', '\n', '\r\n', '\r')

/** A YAML inventory with one host. */
export const randomYaml = fc
  .tuple(start, mapping(6, 2), end, newline)
  .map(([first, vars, last, breaks]) =>
    `${first}all:\n  vars: {base: &base x}\n  hosts:\n    h1:\n${vars}${last}`.replaceAll(/\r?\n/g, breaks),
  )

/** A random YAML inventory with some characters inserted, deleted or replaced. */
export const mutatedRandomYaml = fc.tuple(randomYaml, changes).map(([text, list]) => changed(text, list))
