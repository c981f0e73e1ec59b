import { Chalk } from 'chalk'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { cells } from '../../src/cells.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import { liveView } from '../../src/ui/live-view.ts'
import { RunView } from '../../src/ui/run-view.ts'
import { CHANGES, ERROR } from '../helpers/event-samples.ts'

const [
  change = (() => {
    throw new Error('no sample')
  })(),
] = CHANGES
const paint = new Chalk({ level: 1 })
const plain = new Chalk({ level: 0 })
const STEPS = [
  { id: 'docker', title: 'Install Docker' },
  { id: 'k3s', title: 'Start K3s' },
]

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

const names = (count: number) => Array.from({ length: count }, (_, i) => `node${i + 1}`)

/** A run of some hosts after these events; a number lets seconds pass. */
function viewAfter(hosts: readonly string[], happened: readonly (EngineEvent | number)[]): RunView {
  const view = new RunView()
  view.on({ event: 'run', verb: 'provision', applies: true, hosts, steps: STEPS, standIn: false })
  for (const one of happened) {
    if (typeof one === 'number') vi.setSystemTime(Date.now() + one * 1000)
    else view.on(one)
  }
  return view
}
const connecting = (host: string): EngineEvent => ({ event: 'connecting', host })
const connected = (host: string): EngineEvent => ({
  event: 'connected',
  host,
  ms: 1,
  os: 'Ubuntu',
  sudoAsked: false,
})
const planned = (host: string, step: string): EngineEvent => ({
  event: 'planned',
  host,
  step,
  changes: [change],
})
const begins = (host: string, step: string): EngineEvent => ({ event: 'step-start', host, step })
const ends = (host: string, step: string): EngineEvent => ({
  event: 'step',
  host,
  step,
  outcome: 'changed',
  ms: 1,
})
const all = <Item>(hosts: readonly string[], make: (host: string) => Item) => hosts.map(make)

function shown(
  view: RunView,
  { width = 80, rows = 24, times = {} as Record<string, number> } = {},
): string[] {
  const known = new Map(Object.entries(times))
  return liveView(view, { width, rows, now: Date.now(), times: known, paint: plain })
}

it.each<{
  what: string
  hosts: number
  happened: (hosts: string[]) => (EngineEvent | number)[]
  rows?: number
  lines: string[]
}>([
  {
    what: 'hosts that are looked at, of which most are queued',
    hosts: 5,
    happened: () => [connecting('node1'), 2, connecting('node2'), 1.5, connected('node1')],
    lines: ['1 of 5 hosts answered, 3.5 s', '  node2  1.5 s  Connecting', '  3 waiting to connect'],
  },
  {
    what: 'a host that waits for its next login',
    hosts: 2,
    happened: (hosts) => [...all(hosts, connecting), 2, { event: 'queued', host: 'node2' }],
    lines: ['0 of 2 hosts answered, 2.0 s', '  node1  2.0 s  Connecting', '  1 waiting to connect'],
  },
  {
    what: 'what a host does, with the time, the change and the last line',
    hosts: 2,
    happened: (hosts) => [
      ...all(hosts, connecting),
      ...all(hosts, connected),
      ...all(hosts, (host) => planned(host, 'docker')),
      begins('node1', 'docker'),
      { event: 'change-start', host: 'node1', step: 'docker', change },
      41,
      begins('node2', 'docker'),
      { event: 'line', host: 'node1', step: 'docker', line: 'Setting up docker-ce' },
    ],
    lines: [
      '0 of 2 steps, 41 s',
      '  node1    41 s  Install Docker · /etc/a · Setting up docker-ce',
      '  node2  <0.1 s  Install Docker',
    ],
  },
  {
    what: 'hosts that wait for others',
    hosts: 3,
    happened: (hosts) => [
      ...all(hosts, connected),
      ...all(hosts, (host) => planned(host, 'k3s')),
      begins('node1', 'k3s'),
      2,
    ],
    lines: ['0 of 3 steps, 2.0 s', '  node1  2.0 s  Start K3s', '  2 waiting for other hosts'],
  },
  {
    what: 'hosts that have failed, on top',
    hosts: 3,
    happened: () => [
      connected('node1'),
      { event: 'host-failed', host: 'node2', error: ERROR },
      connected('node3'),
      planned('node1', 'docker'),
      planned('node3', 'docker'),
      begins('node1', 'docker'),
      begins('node3', 'docker'),
      { event: 'step', host: 'node3', step: 'docker', outcome: 'failed', ms: 1, error: ERROR },
    ],
    lines: ['0 of 2 steps, <0.1 s', '  2 hosts failed: node2, node3', '  node1  <0.1 s  Install Docker'],
  },
  {
    what: 'more hosts than rows by what they do, the slowest first',
    hosts: 300,
    happened: (hosts) => [
      ...all(hosts, connected),
      ...all(hosts, (host) => planned(host, 'docker')),
      ...all(hosts, (host) => planned(host, 'k3s')),
      begins('node17', 'docker'),
      10,
      ...all(
        hosts.slice(0, 200).filter((host) => host !== 'node17'),
        (host) => begins(host, 'docker'),
      ),
      ...all(hosts.slice(200, 250), (host) => begins(host, 'k3s')),
      31,
    ],
    lines: [
      '0 of 600 steps, 41 s',
      '  Install Docker: 200 hosts, longest 41 s (node17)',
      '  Start K3s: 50 hosts, longest 31 s (node201)',
      '  50 waiting for other hosts',
    ],
  },
  {
    what: 'more things to do than rows',
    hosts: 40,
    happened: (hosts) => [
      ...hosts.flatMap((host): (EngineEvent | number)[] => [
        begins(host, 'docker'),
        { event: 'waiting', host, job: host, ms: 1 },
        1,
      ]),
    ],
    rows: 5,
    lines: [
      '0 of 40 steps, 40 s',
      '  Waiting for the node1 job of an earlier run, just begun: node1, 40 s',
      '  Waiting for the node2 job of an earlier run, just begun: node2, 39 s',
      '  and 38 more',
    ],
  },
])('shows $what', ({ hosts, happened, rows = 24, lines }) => {
  expect(shown(viewAfter(names(hosts), happened(names(hosts))), { rows })).toEqual(lines)
})

it('shows after Ctrl-C only what is waited for', () => {
  const view = viewAfter(names(4), [connecting('node1'), connecting('node2'), connected('node1'), 3])
  view.stopping = true
  expect(shown(view)).toEqual(['Stopping: waiting for 1 host, 3.0 s', '  node2  3.0 s  Connecting'])
})

it('names hosts that have failed in the order of the inventory', () => {
  const failed = ['node4', 'node2', 'node3', 'node1'].map(
    (host): EngineEvent => ({ event: 'host-failed', host, error: ERROR }),
  )
  expect(shown(viewAfter(names(4), failed))[1]).toBe('  4 hosts failed: node1 … node4 (4 hosts)')
})

it('shows how far an upload is, and all of them together', () => {
  const upload = CHANGES.find(({ kind }) => kind === 'upload') ?? change
  const size = upload.kind === 'upload' ? upload.artifact.size : 0
  const at = { host: 'node1', step: 'docker' }
  const view = viewAfter(
    ['node1'],
    [
      { event: 'planned', ...at, changes: [upload] },
      begins('node1', 'docker'),
      { event: 'change-start', ...at, change: upload },
      { event: 'progress', ...at, sent: 0, total: size },
      2,
      { event: 'progress', ...at, sent: size / 2, total: size },
    ],
  )
  const [head, sent, row] = shown(view, { width: 120 })
  expect(head).toBe('0 of 1 step, 2.0 s')
  expect(sent).toMatch(/^ {2}sending .+ of .+\/s, 2\.0 s left$/)
  expect(row).toMatch(/^ {2}node1 {2}2\.0 s {2}Install Docker · .+ of .+ 2\.0 s left · \/bin\/k3s$/)
})

it.each<{ what: string; times: Record<string, number>; head: string }>([
  {
    what: 'how long the rest takes',
    times: { docker: 60_000, k3s: 120_000 },
    head: '1 of 3 steps, 20 s, about 3 min left',
  },
  {
    what: 'seconds for a short rest',
    times: { docker: 30_000, k3s: 5000 },
    head: '1 of 3 steps, 20 s, about 20 s left',
  },
  { what: 'nothing where a step is not known', times: { docker: 60_000 }, head: '1 of 3 steps, 20 s' },
  {
    what: 'nothing after the time is over',
    times: { docker: 10_000, k3s: 0 },
    head: '1 of 3 steps, 20 s',
  },
])('tells $what from the times of earlier runs', ({ times, head }) => {
  const view = viewAfter(names(2), [
    planned('node1', 'docker'),
    planned('node1', 'k3s'),
    planned('node2', 'docker'),
    begins('node1', 'docker'),
    begins('node2', 'docker'),
    ends('node2', 'docker'),
    20,
  ])
  expect(shown(view, { times })[0]).toBe(head)
})

it.each([
  { hosts: 3, rows: 24 },
  { hosts: 30, rows: 24 },
  { hosts: 300, rows: 24 },
  { hosts: 300, rows: 5 },
  { hosts: 3, rows: 2 },
  { hosts: 3, rows: 1 },
])('fits $hosts hosts into $rows rows of 1 to 400 columns', ({ hosts, rows }) => {
  const many = names(hosts).map((name) => `${name}.a-long-name.example.org`)
  const view = viewAfter(many, [
    ...all(many, (host) => begins(host, 'docker')),
    ...all(
      many,
      (host): EngineEvent => ({
        event: 'line',
        host,
        step: 'docker',
        line: 'Setting up 日本 (5:27) '.repeat(20),
      }),
    ),
    41,
  ])
  for (let width = 1; width <= 400; width++) {
    const lines = liveView(view, { width, rows, now: Date.now(), times: new Map(), paint })
    expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(width)
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1))
  }
})
