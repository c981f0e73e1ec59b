import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { sh } from '../../src/sh.ts'
import { makeRenderer } from '../../src/ui/make-renderer.ts'
import type { OutputMode } from '../../src/ui/renderer.ts'
import { ERROR, EVENTS, HIDDEN } from '../helpers/event-samples.ts'
import { FakeTerminal } from '../helpers/fake-terminal.ts'

const out: string[] = []
const err: string[] = []
beforeEach(() => {
  out.length = 0
  err.length = 0
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

async function rendered(mode: OutputMode, events: readonly EngineEvent[], verbose = 0): Promise<string[]> {
  const renderer = await makeRenderer({ mode, color: false, verbose })
  for (const event of events) renderer.on(event)
  renderer.close()
  return err.join('').trimEnd().split('\n')
}

it.each<OutputMode>(['plain', 'tty', 'json'])('%s prints nothing while a question is open', async (mode) => {
  const renderer = await makeRenderer({ mode, color: false, verbose: 0 })
  for (const event of afterRun()) renderer.on(event)
  const printed = () => (mode === 'json' ? out : err).join('')
  let answer: (text: string) => void = () => {}
  const aside = renderer.aside(
    () =>
      new Promise<string>((done) => {
        answer = done
      }),
  )
  const before = printed()
  renderer.on({ event: 'link-lost', ...at, error: ERROR })
  expect(printed()).toBe(before)
  answer('yes')
  expect(await aside).toBe('yes')
  expect(printed()).toContain(ERROR.message)
  await expect(
    renderer.aside(async () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  renderer.close()
})

const [run] = EVENTS.filter(({ event }) => event === 'run')
const afterRun = (...events: EngineEvent[]) => [...(run ? [run] : []), ...events]
const at = { host: 'w1', step: 'k3s-agent' } as const
const change = { kind: 'packages', sign: '+', title: 'install curl', names: ['curl'], script: sh`:` } as const

it('plain pauses its progress reports during a question and resumes them afterwards', async () => {
  vi.useFakeTimers()
  try {
    const renderer = await makeRenderer({ mode: 'plain', color: false, verbose: 0 })
    for (const event of afterRun({ event: 'step-start', ...at })) renderer.on(event)
    const signs = () => err.filter((text) => text.includes('… Start: w1')).length
    let answer = () => {}
    const asked = renderer.aside(
      () =>
        new Promise<void>((done) => {
          answer = done
        }),
    )
    vi.advanceTimersByTime(90_000)
    expect(signs()).toBe(0)
    answer()
    await asked
    vi.advanceTimersByTime(90_000)
    expect(signs()).toBe(3)
    renderer.close()
  } finally {
    vi.useRealTimers()
  }
})

it('plain says what is waited for after 30 s without a line, and not before', async () => {
  vi.useFakeTimers({ now: 0 })
  try {
    const renderer = await makeRenderer({ mode: 'plain', color: false, verbose: 0 })
    for (const event of afterRun({ event: 'step-start', ...at })) renderer.on(event)
    const lost: EngineEvent = { event: 'link-lost', ...at, error: ERROR }
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(20_000)
      renderer.on(lost)
    }
    expect(err.join('')).not.toContain('…')
    vi.advanceTimersByTime(31_000)
    expect(err.at(-1)).toBe('[01:30] … Logging in again: w1, 90 s\n')
    renderer.on({ event: 'step', ...at, outcome: 'changed', ms: 91_000 })
    const before = err.length
    vi.advanceTimersByTime(300_000)
    expect(err.slice(before)).toEqual([])
    renderer.close()
  } finally {
    vi.useRealTimers()
  }
})

it.each([1, 2, 10, 39, 40, 41, 79, 120, 400])(
  'tty leaves no row behind on a terminal that becomes %i columns wide and 80 again',
  async (width) => {
    const terminal = new FakeTerminal(80, 24)
    const renderer = await makeRenderer({ mode: 'tty', color: false, verbose: 0, screen: terminal })
    for (const event of afterRun({ event: 'step-start', ...at })) renderer.on(event)
    renderer.on({ event: 'line', ...at, line: 'a long line of output '.repeat(10) })
    for (const columns of [width, 80]) terminal.resize(columns)
    renderer.on({ event: 'link-lost', ...at, error: ERROR })
    expect(terminal.rows()).toEqual([
      'This bundle is a stand-in: nothing it installs is a real K3s or JupyterHub.',
      '! w1    start k3s: exit code 1; logging in again',
      expect.stringMatching(/^0 of 1 step, /),
      expect.stringMatching(/^ {2}w1 {2}\S+ s {2}Logging in again$/),
      '  1 waiting to connect',
    ])
    renderer.close()
  },
)

it.each<{ what: string; event: EngineEvent; verbose?: number; line: string }>([
  { what: 'nothing of a step that begins', event: { event: 'step-start', ...at }, line: '' },
  { what: 'nothing of a change that begins', event: { event: 'change-start', ...at, change }, line: '' },
  {
    what: 'a step that begins with -v',
    verbose: 1,
    event: { event: 'step-start', ...at },
    line: '[00:00] w1    Start',
  },
  {
    what: 'a broken connection',
    event: { event: 'link-lost', ...at, error: ERROR },
    line: `[00:00] w1    ${ERROR.message}; logging in again`,
  },
  {
    what: 'a change with -v',
    verbose: 1,
    event: { event: 'change-start', ...at, change },
    line: '[00:00] w1      + install curl',
  },
  {
    what: 'a step that is done',
    event: { event: 'step', ...at, outcome: 'changed', ms: 1500 },
    line: '[00:00] w1    Start: done in 1.5 s',
  },
  {
    what: 'a step that is blocked',
    event: { event: 'step', ...at, outcome: 'blocked', ms: 0, blockedBy: 'a on d1' },
    line: '[00:00] w1    Start: blocked by a on d1',
  },
  {
    what: 'a satisfied step',
    event: { event: 'step', ...at, outcome: 'unchanged', ms: 0 },
    line: '',
  },
  { what: 'a line of output', event: { event: 'line', ...at, line: 'Reading package lists' }, line: '' },
  {
    what: 'a line of output with -v',
    verbose: 1,
    event: { event: 'line', ...at, line: 'Reading package lists' },
    line: '[00:00] w1      | Reading package lists',
  },
  {
    what: 'a wait for a lock',
    event: { event: 'line', ...at, line: 'waiting for the dpkg lock, held by: apt (pid 7)' },
    line: '[00:00] w1      | waiting for the dpkg lock, held by: apt (pid 7)',
  },
  {
    what: 'a login with -v',
    verbose: 1,
    event: { event: 'connected', host: 'w1', ms: 250, os: 'Ubuntu 22.04', sudoAsked: false },
    line: '[00:00] w1    connected in 0.3 s, Ubuntu 22.04',
  },
  {
    what: 'a warning',
    event: {
      event: 'finding',
      finding: { level: 'warning', id: 'cpu', message: 'few cores', hint: 'give more' },
      hosts: ['w1'],
    },
    line: '[00:00] w1    warning few cores; give more',
  },
])('plain prints $what', async ({ event, verbose, line }) => {
  expect((await rendered('plain', afterRun(event), verbose)).join('\n')).toBe(line)
  expect(out).toEqual([])
})

it.each<{ mode: OutputMode }>([{ mode: 'plain' }, { mode: 'tty' }])(
  '$mode prints an error in one line; the report tells the rest',
  async ({ mode }) => {
    const shown = (await rendered(mode, EVENTS)).join('\n')
    expect(shown).toMatch(new RegExp(`^(\\[00:00\\] w1    error|✘ w1   ) +Start: ${ERROR.message}$`, 'm'))
    expect(shown).not.toContain('line two')
  },
)

it.each<{ mode: OutputMode }>([{ mode: 'plain' }, { mode: 'tty' }])(
  '$mode lets no text of a host rename the terminal or move its cursor',
  async ({ mode }) => {
    const bad = '\u001b]0;mine\u0007\u001b[2J'
    const error = new ConvecthubError('LOST', `gone${bad}`, { ...at, evidence: bad, hint: bad })
    const finding = { level: 'warning', id: 'cpu', message: bad, hint: bad } as const
    const events: EngineEvent[] = [
      { event: 'connected', host: 'w1', ms: 1, os: `Ubuntu${bad}`, sudoAsked: false },
      { event: 'finding', finding, hosts: [`w1${bad}`] },
      { event: 'step-start', ...at },
      { event: 'line', ...at, line: bad },
      { event: 'link-lost', ...at, error },
      { event: 'host-failed', host: 'w1', error },
      { event: 'step', ...at, outcome: 'failed', ms: 1, error },
    ]
    const shown = [...(await rendered(mode, afterRun(...events), 1)), ...out].join('\n')
    expect(shown).toContain('gone')
    for (const order of ['\u001b]', '\u0007', '\u001b[2J']) expect(shown).not.toContain(order)
  },
)

it.each<{ mode: OutputMode }>([{ mode: 'plain' }, { mode: 'tty' }, { mode: 'json' }])(
  '$mode never prints a secret',
  async ({ mode }) => {
    const shown = await rendered(mode, EVENTS, 3)
    expect([...shown, ...out].join('\n')).not.toContain(HIDDEN)
    expect(shown.length + out.length).toBeGreaterThan(5)
  },
)
