import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { printable } from '../../src/printable.ts'
import { formatError } from '../../src/ui/format-error.ts'
import { bytes, coloured, columns, count, duration, style } from '../../src/ui/style.ts'

it.each([
  { ms: 0, text: '<0.1 s' },
  { ms: 49, text: '<0.1 s' },
  { ms: 50, text: '0.1 s' },
  { ms: 840, text: '0.8 s' },
  { ms: 9900, text: '9.9 s' },
  { ms: 12_400, text: '12 s' },
  { ms: 119_000, text: '119 s' },
  { ms: 120_000, text: '2 min 00 s' },
  { ms: 185_000, text: '3 min 05 s' },
  { ms: 3_600_000, text: '60 min 00 s' },
])('shows $ms ms as $text', ({ ms, text }) => {
  expect(duration(ms)).toBe(text)
})

it('rounds 179.6 s up to three minutes', () => {
  expect(duration(179_600)).toBe('3 min 00 s')
})

it.each([
  { number: 0, text: '0 B' },
  { number: 999, text: '999 B' },
  { number: 1000, text: '1.0 kB' },
  { number: 812_000, text: '812 kB' },
  { number: 1_400_000_000, text: '1.4 GB' },
  { number: 84_682_123, text: '85 MB' },
  { number: 2e15, text: '2000 TB' },
])('shows $number bytes as $text', ({ number, text }) => {
  expect(bytes(number)).toBe(text)
})

it('lets only complete colour codes through to the terminal', () => {
  const red = new Chalk({ level: 1 }).red.bold('x')
  expect(coloured(`${red}\t\n`)).toBe(`${red}\t\n`)
  expect(coloured('a\u001b[2Jb\u001b]0;t\u0007c\rd')).toBe('abc\ufffdd')
  expect(coloured('\u001b]0;\u001b[31mt\u0007')).not.toContain('\u0007')
})

it.each([
  { number: 0, text: '0 hosts' },
  { number: 1, text: '1 host' },
  { number: 2, text: '2 hosts' },
])('$text', ({ number, text }) => {
  expect(count(number, 'host')).toBe(text)
})

const red = new Chalk({ level: 1 }).red
it.each([
  { what: 'nothing', rows: [], lines: [] },
  {
    what: 'two rows',
    rows: [
      ['a', 'bb', 'c'],
      ['aaa', 'b', 'c'],
    ],
    lines: ['a    bb  c', 'aaa  b   c'],
  },
  {
    what: 'empty cells at the end',
    rows: [
      ['a', ''],
      ['bb', 'x'],
    ],
    lines: ['a', 'bb  x'],
  },
  {
    what: 'colours, which have no width',
    rows: [
      [red('a'), 'x'],
      ['bb', 'y'],
    ],
    lines: [`${red('a')}   x`, 'bb  y'],
  },
  {
    what: 'letters that are two columns wide',
    rows: [
      ['日本', 'x'],
      ['abc', 'y'],
    ],
    lines: ['日本  x', 'abc   y'],
  },
  { what: 'rows of different lengths', rows: [['a'], ['b', 'c']], lines: ['a', 'b  c'] },
])('aligns $what in columns', ({ rows, lines }) => {
  expect(columns(rows)).toEqual(lines)
})

it('uses no colour when the output is not a terminal', () => {
  expect(style({ isTTY: false }, true).red('a')).toBe('a')
  expect(style({ isTTY: true }, false).red('a')).toBe('a')
})

it.each([
  ['plain\twords\nof äöü 日本', 'plain\twords\nof äöü 日本'],
  ['\x1b[2J\x1b[31mred\x1b[0m', 'red'],
  ['\x1b]0;title\x07on', 'on'],
  ['Reading... 1%\rReading... 2%', 'Reading... 1%\ufffdReading... 2%'],
  ['of Windows\r\nor a terminal\r', 'of Windows\nor a terminal'],
  ['bell\x07 back\x08space \x9b2J', 'bell\ufffd back\ufffdspace '],
])('shows %j as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

it('makes the text of a host in an error printable', () => {
  const error = new ConvecthubError('STEP_FAILED', 'no\x1b[2J way', {
    host: 'h1',
    evidence: 'a\x07\nb\x1b[1A',
  })
  expect(formatError(error, style({}, false)).split('\n')).toEqual([
    'error h1: no way [STEP_FAILED]',
    '      | a\ufffd',
    '      | b',
  ])
})
