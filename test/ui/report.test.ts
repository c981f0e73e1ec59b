import { Chalk } from 'chalk'
import { expect, it, vi } from 'vitest'
import type { RunReport } from '../../src/engine/run-options.ts'
import { ConvecthubError } from '../../src/errors.ts'
import type { HostOutcome, Result } from '../../src/outcome.ts'
import { formatError } from '../../src/ui/format-error.ts'
import { printReport } from '../../src/ui/print-report.ts'
import { reportLines } from '../../src/ui/report.ts'
import { ERROR } from '../helpers/event-samples.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const plain = new Chalk({ level: 0 })
const none = { changed: 0, unchanged: 0, failed: 0, blocked: 0, skipped: 0 }
const host = (name: string, result: Result, more: Partial<HostOutcome> = {}): HostOutcome => {
  return { host: name, result, changes: 0, waits: 0, steps: none, ms: 0, errors: [], ...more }
}
const report = (hosts: readonly HostOutcome[], more: Partial<RunReport> = {}): RunReport => {
  const [ms, facts, desired] = [12_000, new Map(), testDesired()]
  const ok = hosts.every(({ errors, result }) => errors.length === 0 && /changed/.test(result))
  return {
    ...{ verb: 'provision', applied: true, ok, interrupted: false, ms, hosts, ignorable: [], desired, facts },
    ...more,
  }
}
const changed = (name: string) =>
  host(name, 'changed', { changes: 12, waits: 2, steps: { ...none, changed: 5 }, ms: 41_000 })
const away = new ConvecthubError('UNREACHABLE', 'no route to host', { host: 'w2' })
const unfit = new ConvecthubError('cpu', '1 processor core; 2 are needed', { host: 'w1', step: 'preflight' })

it.each([
  {
    what: 'a run that changed something',
    report: report([changed('d1'), host('w1', 'unchanged')]),
    lines: [
      'HOST  RESULT     CHANGES  TIME',
      'd1    changed    12       41 s',
      'w1    unchanged  0',
      '',
      'Done: 12 changes and 2 waits in 5 steps on 1 host, in 12 s.',
    ],
  },
  {
    what: 'a run that changed nothing',
    report: report([host('d1', 'unchanged')]),
    lines: [
      'HOST  RESULT     CHANGES  TIME',
      'd1    unchanged  0',
      '',
      'Nothing to change on 1 host; checked in 12 s.',
    ],
  },
  {
    what: 'failures',
    report: report([
      host('d1', 'failed', { errors: [ERROR] }),
      host('w1', 'skipped', { blockedBy: 'k3s-server on d1' }),
      host('w2', 'unreached', { errors: [away] }),
      changed('w3'),
    ]),
    lines: [
      'HOST  RESULT       CHANGES  TIME',
      'd1    failed       0              k3s-agent: start k3s: exit code 1',
      'w1    skipped      0              waits for k3s-server on d1',
      'w2    not reached  0              no route to host',
      'w3    changed      12       41 s',
      '',
      '1 of 4 hosts done, after 12 s: 1 skipped, 1 not reached, 1 failed.',
    ],
  },
  {
    what: 'a host that does not meet the requirements',
    report: report([host('w1', 'failed', { errors: [unfit] }), host('w2', 'skipped')]),
    lines: [
      'HOST  RESULT   CHANGES  TIME',
      'w1    failed   0              preflight: 1 processor core; 2 are needed',
      'w2    skipped  0              nothing was changed',
      '',
      '1 of 2 hosts does not meet the requirements; nothing was changed.',
    ],
  },
  {
    what: 'a run that was stopped',
    report: report([host('d1', 'stopped'), host('w1', 'unchanged')], { interrupted: true }),
    lines: [
      'HOST  RESULT     CHANGES  TIME',
      'd1    stopped    0',
      'w1    unchanged  0',
      '',
      'Stopped after 12 s: 1 of 2 hosts done.',
    ],
  },
  {
    what: 'many hosts, of which one is different',
    report: report([
      ...Array.from({ length: 29 }, (_, i) => host(`w${i + 1}`, 'unchanged', { ms: i * 1000 })),
      host('w30', 'unreached', { errors: [away] }),
    ]),
    lines: [
      'HOST                 RESULT       CHANGES  TIME',
      'w1 … w29 (29 hosts)  unchanged    0        28 s',
      'w30                  not reached  0              no route to host',
      '',
      '29 of 30 hosts done, after 12 s: 1 not reached.',
    ],
  },
])('shows the report of $what', ({ report, lines }) => {
  expect(reportLines(report, {}, plain)).toEqual(['', ...lines])
})

it('shows what a verb found, its verdict and what comes next', () => {
  const conclusion = { body: ['driver1  OK'], verdict: '1 host OK.', next: ['Next: sleep'] }
  expect(reportLines(report([], { applied: false }), conclusion, plain)).toEqual([
    'driver1  OK',
    '1 host OK.',
    'Next: sleep',
  ])
})

it('lets no name of a host rename the terminal or move its cursor', () => {
  const bad = '\u001b]0;mine\u0007\u001b[2J\u001b[8m'
  const printed: string[] = []
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  const hosts = [host(`w1${bad}`, 'skipped', { blockedBy: `a on ${bad}` })]
  printReport(report(hosts), {}, { mode: 'plain', color: false, exit: 7 })
  vi.restoreAllMocks()
  expect(printed.join('')).toContain('waits for a on')
  for (const order of ['\u001b]', '\u0007', '\u001b[']) expect(printed.join('')).not.toContain(order)
})

it('prints the events of the verb and then the summary as JSON', () => {
  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  const events = [{ event: 'left', host: 'w1', what: 'a mount' }] as const
  const done = [host('w1', 'changed', { changes: 1 })]
  printReport(report(done), { events, exit: 'differs' }, { mode: 'json', color: false, exit: 8 })
  vi.restoreAllMocks()
  expect(
    printed
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { event: 'left', host: 'w1' },
    { event: 'summary', ok: false, exit: 8, hosts: [{ host: 'w1', result: 'changed', changes: 1 }] },
  ])
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
