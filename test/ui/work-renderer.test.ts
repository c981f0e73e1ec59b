import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { WorkEvent } from '../../src/artifacts/work-event.ts'
import type { OutputMode } from '../../src/ui/renderer.ts'
import type { Screen } from '../../src/ui/screen.ts'
import { workRenderer } from '../../src/ui/work-renderer.ts'
import { eventSchema } from '../docs/event-schema.ts'
import { FakeTerminal } from '../helpers/fake-terminal.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What happens, and when, in ms. */
type Happening = [at: number, event: WorkEvent | 'stop']

const PULL: readonly Happening[] = [
  [0, { event: 'wanted', count: 3, all: false }],
  [0, { event: 'done', name: 'helm' }],
  [0, { event: 'fetch', name: 'k3s', from: 'https://github.com/k3s' }],
  [0, { event: 'size', name: 'k3s', size: 80e6 }],
  [1000, { event: 'bytes', name: 'k3s', count: 10e6 }],
  [2000, { event: 'bytes', name: 'k3s', count: 10e6 }],
  [2000, { event: 'wanted', count: 4, all: true }],
  [2000, { event: 'fetch', name: 'images/hub.tar', from: 'quay.io/hub:1' }],
  [3000, { event: 'bytes', name: 'images/hub.tar', count: 5e6 }],
  [40_000, { event: 'size', name: 'images/hub.tar', size: 10e6 }],
  [40_000, { event: 'bytes', name: 'k3s', count: 40e6 }],
  [45_000, { event: 'size', name: 'images/proxy.tar', size: 5e6 }],
  [45_000, { event: 'bytes', name: 'k3s', count: 20e6 }],
  [50_000, { event: 'fetched', name: 'k3s', size: 80e6, sha256: 'a'.repeat(64), ms: 50_000 }],
]

/** Plays what happens up to `until`, in ms, and returns what is shown then. */
function shown(mode: OutputMode, screen: Screen, until: number, happenings = PULL) {
  const renderer = workRenderer({ mode, color: false, screen })
  for (const [at, event] of happenings.filter(([at]) => at <= until)) {
    vi.advanceTimersByTime(at - Date.now())
    if (event === 'stop') renderer.stopping()
    else renderer.on(event)
  }
  vi.advanceTimersByTime(until - Date.now())
  return renderer
}

it.each([
  { at: 200, rows: ['1 of 3 files, 0 B', '  k3s: 0 B of 80 MB, 0.2 s'] },
  {
    at: 2200,
    rows: ['1 of 4 files, 20 MB, 9.1 MB/s', '  k3s: 20 MB of 80 MB, 2.2 s', '  images/hub.tar: 0 B, 0.2 s'],
  },
  {
    at: 45_200,
    rows: [
      '1 of 4 files, 85 MB of 95 MB, 1.4 MB/s, 7.0 s left',
      '  k3s: 80 MB of 80 MB, 45 s',
      '  images/hub.tar: 5.0 MB of 10 MB, 43 s',
    ],
  },
  {
    at: 50_000,
    rows: [
      '✔ k3s: 80 MB, 50 s',
      '2 of 4 files, 85 MB of 95 MB, 1.3 MB/s, 7.8 s left',
      '  images/hub.tar: 5.0 MB of 10 MB, 48 s',
    ],
  },
])('a terminal shows after $at ms how far all is', ({ at, rows }) => {
  const screen = new FakeTerminal(80, 24)
  const renderer = shown('tty', screen, at)
  expect(screen.rows()).toEqual(rows)
  renderer.close()
  expect(screen.rows()).toEqual(rows.filter((row) => row.startsWith('✔')))
})

it('a small terminal shows what has room', () => {
  const screen = new FakeTerminal(24, 3)
  const renderer = shown('tty', screen, 45_200)
  expect(screen.rows()).toEqual(['1 of 4 files, 85 MB of…', '  k3s: 80 MB of 80 MB,…'])
  renderer.close()
})

/** Takes everything that is printed. */
function paper() {
  const [out, err]: [string[], string[]] = [[], []]
  const screen: Screen = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    ...{ interactive: false, width: () => 80, height: () => 24, onResize: () => () => {} },
  }
  return { screen, out, err }
}

it('plain lines tell what was fetched, and after a silence what is under way', () => {
  const { screen, out, err } = paper()
  const renderer = shown('plain', screen, 61_000, [...PULL, [60_500, 'stop']])
  renderer.close()
  vi.advanceTimersByTime(100_000)
  expect(err).toEqual([
    '[00:30] … 1 of 4 files, 25 MB, 833 kB/s; k3s: 20 MB of 80 MB, 30 s; images/hub.tar: 5.0 MB, 28 s\n',
    '[00:50] k3s: 80 MB, 50 s\n',
    '[01:00] Stopping… press Ctrl-C again to stop immediately.\n',
  ])
  expect(out).toEqual([])
  expect(renderer.files()).toBe('2 of 4 files')
})

it('prints JSON that the schema allows, and no progress', () => {
  const { screen, out, err } = paper()
  shown('json', screen, 61_000, [...PULL, [60_500, 'stop']]).close()
  const events = out.map((line) => JSON.parse(line))
  for (const event of events) expect(eventSchema.safeParse(event).error?.issues).toBeUndefined()
  expect(events.map(({ event, name }) => `${event} ${name}`)).toEqual([
    'fetch k3s',
    'fetch images/hub.tar',
    'fetched k3s',
  ])
  expect(err).toEqual(['Stopping… press Ctrl-C again to stop immediately.\n'])
})
