import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import type { Change } from '../../src/engine/change.ts'
import { planLines } from '../../src/ui/plan-lines.ts'
import { CHANGES, HIDDEN } from '../helpers/event-samples.ts'

const plain = new Chalk({ level: 0 })
const planned = (name: string, step: string, changes: readonly Change[]) => {
  return { event: 'planned', host: name, step, changes } as const
}

it('shows the differences in a file that is far too long on the host', () => {
  const [change] = CHANGES.filter((each) => each.kind === 'file' && each.sign === '~')
  if (change?.kind !== 'file') throw new Error('no sample of a file that changes')
  const before = `${'y\n'.repeat(200_000)}`
  const events = [planned('d1', 'ports', [{ ...change, content: 'x\n' }])]
  const lines = planLines(events, { current: new Map([[`d1 ${change.path}`, before]]), paint: plain })
  expect(lines.length).toBeGreaterThan(200_000)
})

it.each([
  { what: 'nothing', events: [], lines: [] },
  {
    what: 'one change',
    events: [planned('d1', 'ports', CHANGES.slice(0, 1))],
    lines: ['d1', '  ports  + /etc/a', ''],
  },
  {
    what: 'several changes, with the name of their step only once',
    events: [
      planned('d1', 'k3s-server', CHANGES.slice(1, 3)),
      planned('w1', 'packages', CHANGES.slice(3, 6)),
    ],
    lines: [
      'd1',
      '  k3s-server  ~ /etc/b',
      '              + /bin/k3s',
      '',
      'w1',
      '  packages  + install curl',
      '            - stop k3s',
      '            ! wait',
      '',
    ],
  },
  {
    what: 'hosts with the same changes',
    events: ['w1', 'w2', 'd1', 'w3', 'w4', 'w5'].map((name) =>
      planned(name, 'ports', CHANGES.slice(0, name === 'd1' ? 2 : 1)),
    ),
    lines: ['w1 … w5 (5 hosts)', '  ports  + /etc/a', '', 'd1', '  ports  + /etc/a', '         ~ /etc/b', ''],
  },
])('shows a plan of $what', ({ events, lines }) => {
  expect(planLines(events, { paint: plain })).toEqual(lines)
})

it.each([
  { what: 'hosts that have it', from: ['d1', 'd2'], way: ', from d1, d2' },
  { what: 'each other', from: [], way: ', from host to host' },
])('shows that hosts get a file from $what', ({ from, way }) => {
  const files = [{ file: 'k3s', size: 300e6, to: ['w1', 'w2', 'w3'], from }]
  const delivery = { event: 'delivery', here: 301e6, between: 600e6, files } as const
  const events = ['w1', 'w2', 'w3'].map((name) => planned(name, 'bundle', CHANGES.slice(1, 3)))
  expect(planLines(events, { delivery, paint: plain })).toEqual([
    'w1 … w3 (3 hosts)',
    '  bundle  ~ /etc/b',
    `          + /bin/k3s${way}`,
    '',
    'Delivery: 301 MB from this computer, 600 MB from host to host (--no-relay sends all of it from here)',
    '',
  ])
})

it.each([
  { what: 'a new file', before: undefined, lines: ['+ one', '+ two'] },
  { what: 'a changed text', before: 'one\nthree\n', lines: ['  one', '- three', '+ two'] },
  { what: 'an unchanged text', before: 'one\ntwo\n', lines: ['(its text stays as it is)'] },
  { what: 'the same lines in another order', before: 'two\none\n', lines: ['- two', '  one', '+ two'] },
  {
    what: 'a text without a trailing newline',
    before: 'one\ntwo',
    lines: ['  one', '- two', '\\  No newline at end of file', '+ two'],
  },
  { what: 'a text that moves the cursor', before: 'one\ntwo\n\x1b[2Jx\n', lines: ['  one', '  two', '- x'] },
])('shows the differences in $what', ({ before, lines }) => {
  const current = new Map(before === undefined ? [] : [['d1 /etc/a', before]])
  const shown = planLines([planned('d1', 'x', CHANGES.slice(0, 1))], { current, paint: plain })
  expect(shown.slice(2, -1).map((line) => line.slice(7))).toEqual(lines)
})

it('does not show the differences in a secret', () => {
  const current = new Map([['d1 /etc/b', `${HIDDEN}-old`]])
  const shown = planLines([planned('d1', 'x', CHANGES)], { current, paint: plain }).join('\n')
  expect(shown).toContain('(a secret, not shown)')
  expect(shown).not.toContain(HIDDEN)
})

it('shows only the changes in a long file, with the lines around them', () => {
  const text = (over: Record<number, string>) =>
    Array.from({ length: 40 }, (_, i) => `${over[i] ?? `line ${i}`}\n`).join('')
  const change: Change = {
    kind: 'file',
    sign: '~',
    title: '/a',
    path: '/a',
    mode: '644',
    content: text({ 10: 'ten', 30: 'thirty' }),
  }
  const current = new Map([['d1 /a', text({})]])
  const shown = planLines([planned('d1', 'x', [change])], { current, paint: plain })
  expect(shown.slice(2, -1).map((line) => line.slice(7))).toEqual(
    [10, 30].flatMap((at) => [
      ...(at === 30 ? ['…'] : []),
      ...[at - 3, at - 2, at - 1].map((n) => `  line ${n}`),
      `- line ${at}`,
      `+ ${at === 10 ? 'ten' : 'thirty'}`,
      ...[at + 1, at + 2, at + 3].map((n) => `  line ${n}`),
    ]),
  )
})
