import { expect, it } from 'vitest'
import { cells } from '../../src/cells.ts'
import { pointAt } from '../../src/printable.ts'

it.each([
  { what: 'a short line', line: 'h1 x="', index: 5, shown: ['h1 x="', '     ^'] },
  { what: 'the end of a line', line: 'h1', index: 2, shown: ['h1', '  ^'] },
  { what: 'an indented line', line: '    h1: 5\r', index: 8, shown: ['h1: 5', '    ^'] },
  { what: 'a tab', line: 'a\tb', index: 2, shown: ['a b', '  ^'] },
  { what: 'a tab in front', line: '\tb', index: 0, shown: [' b', '^'] },
  { what: 'wide characters', line: '日本 x', index: 3, shown: ['日本 x', '     ^'] },
  { what: 'a combining accent', line: 'e\u0301 x', index: 3, shown: ['e\u0301 x', '  ^'] },
  { what: 'control characters', line: '\x1b[2J\u202ex', index: 5, shown: ['\ufffd[2J\ufffdx', '     ^'] },
  {
    what: 'a long line',
    line: `${'a'.repeat(9999)}!${'b'.repeat(9999)}`,
    index: 9999,
    shown: [`…${'a'.repeat(60)}!${'b'.repeat(59)}…`, `${' '.repeat(61)}^`],
  },
  {
    what: 'wide characters in little room',
    line: '日本語!日本語',
    index: 3,
    room: 5,
    shown: ['…本語!日本…', '     ^'],
  },
])('points at a place in $what', ({ line, index, room, shown }) => {
  expect(pointAt(line, index, room, room).split('\n')).toEqual(shown)
})

it.each([
  ['plain', 5],
  ['日本', 4],
  ['e\u0301', 1],
  ['한', 2],
  ['✓', 1],
  ['🚀', 2],
])('%s fills %d cells', (text, width) => expect(cells(text)).toBe(width))
