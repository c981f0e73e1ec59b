import { Chalk } from 'chalk'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeRenderer } from '../../src/ui/make-renderer.ts'
import type { OutputMode } from '../../src/ui/renderer.ts'
import { failureLines, reportLines } from '../../src/ui/report.ts'
import { TICK_MS } from '../../src/ui/tty-renderer.ts'
import { FakeTerminal } from '../helpers/fake-terminal.ts'
import { type Scenario, scriptedReport, scriptedRun } from '../helpers/scripted-run.ts'

/*
 * The files in views/ are what people see of a run: look at them when you change
 * something here. `npx vitest run --project unit test/ui/views.test.ts -u` writes them anew.
 */

const plain = new Chalk({ level: 0 })
const ROWS = 24
const WIDTHS = [40, 80, 120, 200]
const COUNTS = [3, 30, 300]
const SCENARIOS: Scenario[] = ['healthy', 'one failed', 'one unreachable', 'interrupted']

/** When to look at the terminal, ms after the start. */
const LOOKS = [2500, 60_000, 75_500, 120_000]

/** How long steps took in an earlier run, ms. */
const TIMES = new Map(
  Object.entries({
    'base-packages': 10_000,
    docker: 45_000,
    artifacts: 44_000,
    'k3s-server': 14_000,
    'k3s-agent': 13_000,
    jupyterhub: 50_000,
  }),
)

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What a terminal of this width shows of a run: at certain times, and what stays when it has ended. */
async function seen(mode: OutputMode, width: number, count: number, scenario: Scenario) {
  const terminal = new FakeTerminal(width, ROWS)
  const renderer = await makeRenderer({ mode, color: false, verbose: 0, times: TIMES, screen: terminal })
  // only the frame before a look is drawn, not hundreds of them; plain lines need their timers
  const pass = (to: number) =>
    mode === 'plain' ? vi.advanceTimersByTime(to - Date.now()) : vi.setSystemTime(to)
  const frames: { at: number; rows: string[] }[] = []
  const looks = mode === 'plain' ? [] : [...LOOKS]
  const run = scriptedRun(count, scenario)
  for (const { at, event } of run) {
    for (let [look] = looks; look !== undefined && look < at; [look] = looks) {
      pass(look - TICK_MS)
      vi.advanceTimersByTime(TICK_MS)
      frames.push({ at: look, rows: terminal.rows().slice(1 - ROWS) })
      looks.shift()
    }
    pass(at)
    if (event === 'stop') renderer.stopping()
    else renderer.on(event)
  }
  renderer.close()
  const report = scriptedReport(run)
  const layout = mode === 'plain' ? {} : { width }
  for (const line of [
    ...failureLines(report.hosts, plain, layout),
    ...reportLines(report, {}, plain, layout.width),
  ])
    terminal.err(`${line}\n`)
  return { frames, rows: terminal.rows() }
}

/** The first and the last lines of many. */
function ends(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines
  const half = most / 2
  return [...lines.slice(0, half), `[${lines.length - most} more lines]`, ...lines.slice(-half)]
}

const title = (text: string, width: number) => `${`── ${text} `.padEnd(width, '─')}\n`
const page = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')

const runs = COUNTS.flatMap((count) =>
  SCENARIOS.map((scenario) => ({ count, scenario, name: `${count}-hosts-${scenario.replaceAll(' ', '-')}` })),
)

it.each(runs)('shows on a terminal $count hosts, $scenario', async ({ count, scenario, name }) => {
  let text = ''
  for (const width of WIDTHS) {
    const { frames, rows } = await seen('tty', width, count, scenario)
    for (const { at, rows: frame } of frames)
      text += title(`${width} columns, after ${at / 1000} s`, width) + page(frame)
    text += title(`${width} columns, at the end`, width) + page(ends(rows, 60))
    vi.setSystemTime(0)
  }
  await expect(text).toMatchFileSnapshot(`views/tty-${name}.txt`)
})

it.each(runs)('prints in plain lines $count hosts, $scenario', async ({ count, scenario, name }) => {
  const { rows } = await seen('plain', 1000, count, scenario)
  await expect(page(ends(rows, 80))).toMatchFileSnapshot(`views/plain-${name}.txt`)
})
