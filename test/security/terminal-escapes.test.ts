import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Change } from '../../src/engine/change.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import type { FindingId } from '../../src/error-codes.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { sh } from '../../src/sh.ts'
import { formatError } from '../../src/ui/format-error.ts'
import { makeRenderer } from '../../src/ui/make-renderer.ts'
import { printFailure } from '../../src/ui/print-result.ts'
import type { OutputMode } from '../../src/ui/renderer.ts'
import { style } from '../../src/ui/style.ts'
import { tellErrors } from '../../src/ui/tell-errors.ts'
import { random, seed } from '../helpers/random.ts'
import { hostileText } from './hostile-text.ts'

/** CVH_FUZZ=5000 gives more than 100,000 texts. */
const RUNS = Number(process.env.CVH_FUZZ ?? 100)
vi.setConfig({ testTimeout: 60_000 + RUNS * 50 })

/** Bytes that a terminal would act on, and characters that it shows nothing for, or turns the line around at. */
const UNESCAPED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/

let out: string[]
beforeEach(() => {
  out = []
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => out.push(String(text)) > 0)
})
afterEach(() => vi.restoreAllMocks())

/** Everything that can be told, each text by `text`. */
function events(text: () => string): EngineEvent[] {
  const at = { host: 'w1', step: 'k3s-agent' }
  // the live view counts hosts of the run only, so these are some
  const [answers, fails] = [text(), text()]
  const error = new ConvecthubError('STEP_FAILED', text(), { ...at, evidence: text(), hint: text() })
  const change: Change = { kind: 'packages', sign: '+', title: text(), names: [text()], script: sh`:` }
  return [
    {
      event: 'run',
      verb: 'provision',
      applies: true,
      hosts: ['w1', answers, fails],
      steps: [{ id: at.step, title: text() }],
      standIn: true,
    },
    { event: 'connected', host: answers, ms: 1, os: text(), sudoAsked: false },
    { event: 'host-failed', host: fails, error },
    {
      event: 'finding',
      finding: { level: 'warning', id: text() as FindingId, message: text(), hint: text() },
      hosts: [text()],
    },
    { event: 'planned', ...at, changes: [change] },
    { event: 'step-start', ...at },
    { event: 'change-start', ...at, change },
    { event: 'line', ...at, line: text() },
    { event: 'line', ...at, line: `waiting for ${text()}` },
    { event: 'change-end', ...at, change, ms: 1 },
    { event: 'link-lost', ...at, error },
    { event: 'step', ...at, outcome: 'blocked', ms: 1, blockedBy: text() },
    { event: 'step', ...at, outcome: 'failed', ms: 1, error },
  ]
}

/** Everything that a renderer writes, without the orders by which the live view moves the cursor. */
async function shown(
  { mode, verbose, live = false }: { mode: OutputMode; verbose: number; live?: boolean },
  all: readonly EngineEvent[],
): Promise<string> {
  out = []
  const add = (text: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is how the live view begins
    out.push(text.replace(/^\r\x1b\[\d+A\x1b\[J/, ''))
  }
  // too wide for any line to be wrapped
  const size = { width: () => 1e6, height: () => 24, onResize: () => () => {} }
  const screen = { out: add, err: add, interactive: live, ...size }
  const renderer = await makeRenderer({ mode, color: false, verbose, screen })
  for (const event of all) renderer.on(event)
  renderer.close()
  return out.join('')
}

/** Lines that are ours: not evidence, which is behind a bar. */
const ourLines = (text: string) => text.split('\n').filter((line) => !line.startsWith('      | '))

it.each([
  { mode: 'plain', verbose: 0 },
  { mode: 'plain', verbose: 1 },
  { mode: 'tty', verbose: 1 },
  { mode: 'tty', verbose: 0, live: true },
  { mode: 'json', verbose: 1 },
] as const)(
  `$mode with -v $verbose: no text gets out of its line, or at the terminal (seed ${seed}; CVH_SEED=N repeats it)`,
  async (how) => {
    const next = random()
    let texts = 0
    const harmless = events(() => `x${texts++}`)
    const before = ourLines(await shown(how, harmless)).length
    for (let run = 0; run < RUNS; run++) {
      const all = events(() => hostileText(next))
      const text = await shown(how, all)
      expect(text).not.toMatch(UNESCAPED)
      expect(ourLines(text).length).toBeLessThanOrEqual(before)
    }
  },
)

it(`an error is one line and its evidence, whatever is in it (seed ${seed}; CVH_SEED=N repeats it)`, () => {
  const next = random()
  const text = () => hostileText(next)
  for (let run = 0; run < RUNS; run++) {
    const details = { host: text(), step: text(), origin: { file: text(), line: 1 } }
    const error = new ConvecthubError('STEP_FAILED', text(), {
      ...details,
      evidence: text(),
      hint: text(),
    })
    const lines = formatError(error, style({}, false)).split('\n')
    expect(lines.join('')).not.toMatch(UNESCAPED)
    expect(ourLines(lines.join('\n')).length).toBeLessThanOrEqual(2)
    out = []
    tellErrors([error], false)
    printFailure(text(), [error], 1)
    expect(out.join('')).not.toMatch(UNESCAPED)
  }
})
