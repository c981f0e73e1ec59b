/** The words of the library `yaml` for the usual mistakes, ours, and what to do. `$1` is the group of the pattern. */
const REASONS: readonly { words: RegExp; reason: string; hint: string }[] = [
  {
    words: /^Nested mappings are not allowed in compact mappings/,
    reason: 'a second colon in one line',
    hint: 'put quotes around a value that has a colon and a blank: key: "a: b"',
  },
  {
    words: /must start at the same column/,
    reason: 'this line is indented otherwise than the lines it belongs to',
    hint: 'give the lines of one level the same number of spaces',
  },
  {
    words: /^Implicit (?:map keys need to be followed by map values|keys need to be on a single line)/,
    reason: 'a line without a colon, or without a blank after it',
    hint: 'write `key: value`, or `key:` with its values on the next lines',
  },
  {
    words: /^A block sequence may not be used as an implicit map key/,
    reason: 'an item of a list (-) is indented otherwise than the list',
    hint: 'give the items of one list the same number of spaces',
  },
  {
    words: /^Unexpected block-seq-ind on same line with key/,
    reason: 'a list begins in the line of its key',
    hint: 'begin it on the next line, or write it as [a, b]',
  },
  {
    words: /^Missing closing (["'])quote/,
    reason: 'a quote ($1) that is not closed',
    hint: 'close the quote where the value ends',
  },
  {
    words: /^Plain value cannot start with .*(\S)$/,
    reason: 'a value cannot begin with $1',
    hint: 'put quotes around the value',
  },
  {
    words: /^Alias cannot be an empty string/,
    reason: 'a value cannot begin with *',
    hint: 'put quotes around the value',
  },
  {
    words: /^Anchor cannot be an empty string/,
    reason: 'a value cannot begin with &',
    hint: 'put quotes around the value',
  },
  {
    words: /^Unexpected scalar at node end/,
    reason: 'more text after the end of the value',
    hint: 'put quotes around the whole value',
  },
  {
    words: /must be sufficiently indented and end with a ([\]}])/,
    reason: 'a $1 is missing at the end of the value, or not indented',
    hint: 'close each [ with ] and each { with }',
  },
  {
    words: /^Block collections are not allowed within flow collections/,
    reason: 'a [ or { before this line is not closed',
    hint: 'close each [ with ] and each { with }',
  },
  {
    words: /^Missing , (?:or : )?between flow/,
    reason: 'a comma is missing between two items',
    hint: 'put a comma between the items, and quotes around those with blanks',
  },
  {
    words: /^Invalid escape sequence (.*)$/,
    reason: '$1 means nothing in double quotes',
    hint: 'use single quotes, in which \\ is nothing special',
  },
  {
    words: /^Block scalar header includes extra characters/,
    reason: 'more text after | or >',
    hint: 'begin the text on the next line, indented',
  },
  {
    words: /^Tabs are not allowed as indentation/,
    reason: 'a tab in front of the text',
    hint: 'indent with spaces',
  },
  {
    words: /^Map keys must be unique/,
    reason: 'the same key twice',
    hint: 'keep one of them',
  },
]

/**
 * What is wrong with a YAML text, from the message of an error of the library, without the place; and what to do, where
 * we know it. For a rare mistake it is the library's own text.
 */
export function yamlReason(message: string): { reason: string; hint?: string } {
  const [first = ''] = message.split(/ at line \d+/)
  const known = REASONS.find(({ words }) => words.test(first))
  if (!known) return { reason: first }
  const [, group = ''] = known.words.exec(first) ?? []
  return { reason: known.reason.replace('$1', () => group), hint: known.hint }
}
