import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import type { HostSummary } from '../../src/engine/event.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { formatError } from '../../src/ui/format-error.ts'
import { reportLines } from '../../src/ui/report.ts'
import { ERROR } from '../helpers/event-samples.ts'

const plain = new Chalk({ level: 0 })
const host = (name: string, more: Partial<HostSummary> = {}): HostSummary => {
  return { host: name, changed: 0, unchanged: 0, failed: 0, blocked: 0, skipped: 0, ...more }
}

const away = new ConvecthubError('UNREACHABLE', 'no route to host', { host: 'w2' })
const summary = (
  hosts: readonly HostSummary[],
  more: { applied?: boolean; interrupted?: boolean; ok?: boolean } = {},
) => {
  return {
    event: 'summary',
    verb: 'provision',
    applied: true,
    ok: true,
    ms: 12_000,
    interrupted: false,
    hosts,
    ...more,
  } as const
}
const HEAD = 'HOST  CHANGED  ALREADY SO  FAILED  BLOCKED'

it.each([
  {
    what: 'a run that changed something',
    summary: summary([host('d1', { changed: 3, unchanged: 9 }), host('w1', { unchanged: 10 })]),
    lines: [
      '',
      HEAD,
      'd1    3        9           0       0',
      'w1    0        10          0       0',
      '',
      'Done on 2 hosts in 12 s.',
    ],
  },
  {
    what: 'a run that changed nothing',
    summary: summary([host('d1', { unchanged: 12 })]),
    lines: [
      '',
      HEAD,
      'd1    0        12          0       0',
      '',
      'Nothing to change on 1 host; checked in 12 s.',
    ],
  },
  {
    what: 'failures',
    summary: summary([
      host('d1', { failed: 1, blocked: 2, error: ERROR }),
      host('w1', { blocked: 1, blockedBy: 'k3s-server on d1' }),
      host('w2', { error: away }),
      host('w3', { changed: 1 }),
    ]),
    lines: [
      '',
      HEAD,
      'd1    0        0           1       2        k3s-agent: start k3s: exit code 1',
      'w1    0        0           0       1        blocked by k3s-server on d1',
      'w2    0        0           0       0        no route to host',
      'w3    1        0           0       0',
      '',
      '3 hosts of 4 not done, after 12 s.',
    ],
  },
  {
    what: 'a run that was stopped',
    summary: summary([host('d1', { skipped: 4 })], { interrupted: true }),
    lines: ['', HEAD, 'd1    0        0           0       0', '', 'Stopped after 12 s.'],
  },
  {
    what: 'a run that failed through no fault of a host',
    summary: summary([host('d1')], { ok: false }),
    lines: ['', HEAD, 'd1    0        0           0       0', '', 'Not done, after 12 s.'],
  },
  { what: 'a plan', summary: summary([host('d1')], { applied: false }), lines: [] },
])('shows the report of $what', ({ summary, lines }) => {
  expect(reportLines(summary, plain)).toEqual(lines)
})

it('keeps an error short enough to read, whatever it quotes', () => {
  const long = 'x'.repeat(1_000_000)
  const error = new ConvecthubError('STEP_FAILED', long, {
    hint: long,
    evidence: `${long}\n`.repeat(9),
  })
  const lines = formatError(error, plain).split('\n')
  expect(lines.length).toBeLessThan(70)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1100)
})

it('keeps the last lines of long evidence', () => {
  const evidence = Array.from({ length: 1000 }, (_, i) => `line ${i}`).join('\n')
  const { details } = new ConvecthubError('STEP_FAILED', 'it failed', { evidence })
  expect(details.evidence?.split('\n')).toHaveLength(60)
  expect(details.evidence).toMatch(/line 999$/)
})

it.each([
  {
    error: ERROR,
    lines: [
      'error w1, k3s-agent: start k3s: exit code 1 [STEP_FAILED]',
      '      | line one',
      '      | line two',
      '      → look there',
    ],
  },
  {
    error: new ConvecthubError('BAD_VALUE', 'http_port=x', {
      origin: { file: 'inv.toml', line: 8 },
      host: 'w1',
    }),
    lines: ['error inv.toml:8: w1: http_port=x [BAD_VALUE]'],
  },
  { error: new ConvecthubError('USAGE', 'no such option'), lines: ['error no such option [USAGE]'] },
])('formats an error as $lines', ({ error, lines }) => {
  expect(formatError(error, plain).split('\n')).toEqual(lines)
})
