import { stripVTControlCharacters } from 'node:util'
import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import { cells } from '../../src/cells.ts'
import { fit, wrap } from '../../src/ui/fit.ts'

const { red, dim } = new Chalk({ level: 1 })

it.each([
  { text: 'abc', width: 3 },
  { text: red('abc'), width: 3 },
  { text: 'äöü…', width: 4 },
  { text: '日本', width: 4 },
  { text: 'e\u0301', width: 1 },
  { text: '🙂', width: 2 },
])('$text takes $width columns', ({ text, width }) => {
  expect(cells(text)).toBe(width)
})

it.each([
  { line: 'Install Docker', width: 14, shown: 'Install Docker' },
  { line: 'Install Docker', width: 13, shown: 'Install…' },
  { line: 'Install Docker', width: 8, shown: 'Install…' },
  { line: 'Install Docker', width: 7, shown: 'Instal…' },
  { line: 'Install Docker', width: 1, shown: '…' },
  { line: 'Install Docker', width: 0, shown: '' },
  { line: 'a /very/long/path/without/blanks', width: 12, shown: 'a /very/lon…' },
  { line: '日本日本', width: 6, shown: '日本…' },
  { line: `${red('Install')} ${dim('Docker')}`, width: 10, shown: 'Install…' },
])('cuts $line to $width columns: $shown', ({ line, width, shown }) => {
  expect(stripVTControlCharacters(fit(line, width))).toBe(shown)
})

it('closes every colour of a line that it cuts', () => {
  const cut = fit(`${red('Install')} ${dim('Docker and more')}`, 10)
  expect(cut).toContain(red('Install').slice(0, -1))
  for (const [open, close] of [
    ['\u001b[31m', '\u001b[39m'],
    ['\u001b[2m', '\u001b[22m'],
  ] as const)
    expect(cut.split(open).length).toBe(cut.split(close).length)
})

it.each([
  { line: 'short', width: 10, lines: ['short'] },
  { line: 'some words are here', width: 10, lines: ['some words', ' are here'] },
  {
    line: '✘ node1  the machine does not answer',
    width: 25,
    lines: ['✘ node1  the machine does', '    not answer'],
  },
  { line: 'one averyverylongword two', width: 10, lines: ['one', ' averyverylongword', ' two'] },
  { line: '  indented words are here', width: 16, lines: ['  indented words', ' are here'] },
])('wraps $line at $width', ({ line, width, lines }) => {
  expect(wrap(line, width)).toEqual(lines)
})

it('every line fits at every width from 1 to 400', () => {
  const line =
    `  ${red('node17')}  41 s  Install Docker: install 日本 packages ${dim('· Setting up docker-ce')} `.repeat(
      4,
    )
  for (let width = 1; width <= 400; width++) expect(cells(fit(line, width))).toBeLessThanOrEqual(width)
})
