import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { formatError, formatGroup, formatWarning, layoutFor } from '../../src/ui/format-error.ts'
import { ERROR } from '../helpers/event-samples.ts'

const plain = new Chalk({ level: 0 })
const origin = { file: 'inv.toml', line: 8, column: 4 }

it('has one layout for errors and warnings', () => {
  const details = { origin, evidence: 'h1 x\n   ^', hint: 'write y' }
  const rest = [': it is wrong [BAD_VALUE]', '      | h1 x', '      |    ^', '      → write y']
  expect(formatError(new ConvecthubError('BAD_VALUE', 'it is wrong', details), plain)).toBe(
    `error inv.toml:8:4${rest.join('\n')}`,
  )
  expect(formatWarning({ code: 'BAD_VALUE', message: 'it is wrong', ...details }, plain)).toBe(
    `warning inv.toml:8:4${rest.join('\n')}`,
  )
  expect(formatWarning({ message: 'a warning without a place' }, plain)).toBe(
    'warning a warning without a place',
  )
})

it('names the hosts of a group, and of one host tells what formatError does', () => {
  const hosts = ['node2', 'node1', 'node3', 'node10', 'web']
  expect(formatGroup({ error: ERROR, hosts }, plain).split('\n')).toEqual([
    'error k3s-agent, 5 hosts: start k3s: exit code 1 [STEP_FAILED]',
    '      | node1 … node3, node10, web',
    '      | line one',
    '      | line two',
    '      → look there',
  ])
  expect(formatGroup({ error: ERROR, hosts: ['w1'] }, plain)).toBe(formatError(ERROR, plain))
})

const LONG = new ConvecthubError('UNREACHABLE', 'nothing listens on 10.0.0.3:2299 (connection refused)', {
  host: 'node17',
  evidence: `a-word-that-is-longer-than-the-whole-terminal  and\n  ${'more '.repeat(9)}`,
  hint: 'is sshd running, and is 2299 its port?',
})

it('breaks long lines at blanks, and puts what continues below', () => {
  expect(formatError(LONG, plain, { width: 40 }).split('\n')).toEqual([
    'error node17: nothing listens on',
    '      10.0.0.3:2299 (connection refused)',
    '      [UNREACHABLE]',
    '      | a-word-that-is-longer-than-the-whole-terminal  and',
    '      |   more more more more more more',
    '      | more more more ',
    '      → is sshd running, and is 2299 its',
    '        port?',
  ])
  const colours = new Chalk({ level: 1 })
  const lines = formatError(LONG, colours, { width: 40 }).split('\n')
  expect(lines).toHaveLength(8)
  expect(lines[0]).toBe(`${colours.red.bold('error')} ${colours.bold('node17:')} nothing listens on`)
  expect(lines[4]).toBe(`${colours.dim('      | ')}${colours.dim('  more more more more more more')}`)
})

it('breaks nothing without a width', () => {
  expect(formatError(LONG, plain).split('\n')).toHaveLength(4)
})

it('keeps the caret below its character where the line is too wide for the terminal', () => {
  const evidence = `${'日'.repeat(30)}!${'x'.repeat(60)}\n${' '.repeat(60)}^`
  const error = new ConvecthubError('BAD_VALUE', 'no', { origin, evidence })
  const [, line = '', caret = ''] = formatError(error, plain, { width: 40 }).split('\n')
  expect(line).toBe(`      | …${'日'.repeat(7)}!${'x'.repeat(14)}…`)
  expect(caret).toBe(`      | ${' '.repeat(15)}^`)
})

it.each([
  { at: 0, shown: `${'x'.repeat(30)}…`, caret: 0 },
  { at: 99, shown: `…${'x'.repeat(30)}`, caret: 30 },
])('uses the whole width where the place is at an end of the line: $at', ({ at, shown, caret }) => {
  const error = new ConvecthubError('BAD_VALUE', 'no', {
    origin,
    evidence: `${'x'.repeat(100)}\n${' '.repeat(at)}^`,
  })
  expect(formatError(error, plain, { width: 40 }).split('\n').slice(-2)).toEqual([
    `      | ${shown}`,
    `      | ${' '.repeat(caret)}^`,
  ])
})

it('takes no caret that a host put beyond the end of a line for its own', () => {
  const evidence = `${'x '.repeat(30)}\n${' '.repeat(90)}^`
  const error = new ConvecthubError('BAD_VALUE', 'no', { evidence })
  expect(formatError(error, plain, { width: 40 }).split('\n').slice(1)).toEqual([
    `      | ${'x '.repeat(15)}x`,
    `      | ${'x '.repeat(14)}`,
    `      | ${' '.repeat(90)}^`,
  ])
})

it.each([
  { stream: { isTTY: true, columns: 80 }, layout: { width: 80 } },
  { stream: { isTTY: true, columns: 0 }, layout: {} },
  { stream: { columns: 80 }, layout: {} },
])('is as wide as a terminal: $stream', ({ stream, layout }) => {
  expect(layoutFor(stream)).toEqual(layout)
})
