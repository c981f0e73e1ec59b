import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import type { Change } from '../../src/engine/change.ts'
import type { HostSummary } from '../../src/engine/event.ts'
import type { RunReport } from '../../src/engine/run-options.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { planLines } from '../../src/ui/plan-lines.ts'
import { CHANGES, HIDDEN } from '../helpers/event-samples.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const plain = new Chalk({ level: 0 })
const host = (name: string, more: Partial<HostSummary> = {}): HostSummary => {
  return { host: name, changed: 0, unchanged: 0, failed: 0, blocked: 0, skipped: 0, ...more }
}

const report = (changes: number, ...hosts: HostSummary[]): RunReport => {
  return { ok: true, interrupted: false, hosts, changes, desired: testDesired(), facts: new Map() }
}
const planned = (name: string, step: string, changes: readonly Change[]) => {
  return { event: 'planned', host: name, step, changes } as const
}
const away = new ConvecthubError('UNREACHABLE', 'no route to host', { host: 'w2' })

it('shows the differences in a file that is far too long on the host', () => {
  const [change] = CHANGES.filter((each) => each.kind === 'file' && each.sign === '~')
  if (change?.kind !== 'file') throw new Error('no sample of a file that changes')
  const before = `${'y\n'.repeat(200_000)}`
  const events = [planned('d1', 'ports', [{ ...change, content: 'x\n' }])]
  const lines = planLines(events, report(1, host('d1')), new Map([[`d1 ${change.path}`, before]]), plain)
  expect(lines.length).toBeGreaterThan(200_000)
})

it.each([
  { what: 'nothing', events: [], report: report(0, host('d1')), lines: ['Nothing to change.'] },
  {
    what: 'one change',
    events: [planned('d1', 'ports', CHANGES.slice(0, 1))],
    report: report(1, host('d1'), host('w1')),
    lines: ['d1', '  ports  + /etc/a', '', '1 change on 1 host.'],
  },
  {
    what: 'several changes, with the name of their step only once',
    events: [
      planned('d1', 'k3s-server', CHANGES.slice(1, 3)),
      planned('w1', 'packages', CHANGES.slice(3, 6)),
    ],
    report: report(5, host('d1'), host('w1')),
    lines: [
      'd1',
      '  k3s-server  ~ /etc/b',
      '              + /bin/k3s',
      '',
      'w1',
      '  packages    + install curl',
      '              - stop k3s',
      '              ! wait',
      '',
      '5 changes on 2 hosts.',
    ],
  },
  {
    what: 'a host that did not answer',
    events: [],
    report: report(0, host('d1'), host('w2', { error: away })),
    lines: ['1 host could not be planned.', '0 changes on 0 hosts.'],
  },
])('shows a plan of $what', ({ events, report, lines }) => {
  expect(planLines(events, report, undefined, plain)).toEqual(lines)
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
  const shown = planLines([planned('d1', 'x', CHANGES.slice(0, 1))], report(1, host('d1')), current, plain)
  expect(shown.slice(2, -2).map((line) => line.slice(7))).toEqual(lines)
})

it('does not show the differences in a secret', () => {
  const current = new Map([['d1 /etc/b', `${HIDDEN}-old`]])
  const shown = planLines([planned('d1', 'x', CHANGES)], report(6, host('d1')), current, plain).join('\n')
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
  const shown = planLines([planned('d1', 'x', [change])], report(1, host('d1')), current, plain)
  expect(shown.slice(2, -2).map((line) => line.slice(7))).toEqual(
    [10, 30].flatMap((at) => [
      ...(at === 30 ? ['…'] : []),
      ...[at - 3, at - 2, at - 1].map((n) => `  line ${n}`),
      `- line ${at}`,
      `+ ${at === 10 ? 'ten' : 'thirty'}`,
      ...[at + 1, at + 2, at + 3].map((n) => `  line ${n}`),
    ]),
  )
})
