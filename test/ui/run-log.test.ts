import { Chalk } from 'chalk'
import { expect, it } from 'vitest'
import type { EngineEvent } from '../../src/engine/event.ts'
import { interrupted } from '../../src/engine/interrupted.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { RunLog } from '../../src/ui/run-log.ts'
import { RunView } from '../../src/ui/run-view.ts'

const HOSTS = ['node1', 'node2', 'node3', 'node4', 'node5']
const STEPS = [
  { id: 'docker', title: 'Install Docker' },
  { id: 'k3s', title: 'Start K3s' },
]

/** The lines of a run, as "kind host: text". */
function lines(events: readonly (EngineEvent | 'stop')[], { together = false } = {}): string[] {
  const view = new RunView()
  const told: string[] = []
  const log = new RunLog({
    view,
    paint: new Chalk({ level: 0 }),
    verbose: 0,
    together: () => together,
    print: ({ kind, host, text }) => told.push(`${kind} ${host}: ${text}`),
  })
  const run: EngineEvent = {
    event: 'run',
    verb: 'provision',
    applies: true,
    hosts: HOSTS,
    steps: STEPS,
    standIn: false,
  }
  for (const event of [run, ...events]) {
    if (event === 'stop') {
      view.stopping = true
      continue
    }
    view.on(event)
    log.on(event)
  }
  log.flush()
  return told
}

type Step = Extract<EngineEvent, { event: 'step' }>
const ends = (host: string, step: string, more: Partial<Step>): EngineEvent => {
  return { event: 'step', host, step, outcome: 'changed', ms: 1000, ...more }
}
const begins = (host: string, step: string): EngineEvent => ({ event: 'step-start', host, step })
const blocked = { outcome: 'blocked', blockedBy: 'docker on node1' } as const
const failedDocker = new ConvecthubError('STEP_FAILED', 'it broke', { host: 'node1', step: 'docker' })
const away = (step: string) => new ConvecthubError('UNREACHABLE', 'no answer', { host: 'node1', step })
const relay = { event: 'relay', host: 'node2', step: 'docker', file: 'images/a.tar', from: 'node3' } as const
const warning = (hosts: readonly string[], message: string): EngineEvent => {
  return { event: 'finding', finding: { level: 'warning', id: 'cpu', message, hint: 'mend it' }, hosts }
}

it.each<{ what: string; events: (EngineEvent | 'stop')[]; told: string[] }>([
  {
    what: 'a host that was not reached',
    events: [
      { event: 'host-failed', host: 'node1', error: away('connect') },
      ends('node1', 'docker', { outcome: 'failed', error: away('connect') }),
      ends('node1', 'k3s', blocked),
    ],
    told: ['error node1: no answer'],
  },
  {
    what: 'files that go from host to host, only where that fails',
    events: [
      begins('node2', 'docker'),
      { event: 'no-relay', host: 'node1', why: 'there is no /usr/sbin/sshd' },
      { ...relay, state: 'waiting' },
      { ...relay, state: 'fetching' },
      { ...relay, state: 'failed', why: 'it stopped sending' },
    ],
    told: [
      'note node1: cannot serve files to other hosts: there is no /usr/sbin/sshd',
      'note node2: images/a.tar did not come from node3: it stopped sending; another host or this computer sends it',
    ],
  },
  {
    what: 'a host that could not be planned',
    events: [
      { event: 'host-failed', host: 'node1', error: away('docker') },
      ends('node1', 'docker', { outcome: 'failed', error: away('docker') }),
    ],
    told: ['error node1: Install Docker: no answer'],
  },
  {
    what: 'a step that fails, and what it blocks on its host',
    events: [
      ends('node1', 'docker', { outcome: 'failed', error: failedDocker }),
      ends('node1', 'k3s', blocked),
    ],
    told: ['error node1: Install Docker: it broke'],
  },
  {
    what: 'what another host blocks',
    events: [ends('node2', 'docker', blocked), ends('node2', 'k3s', blocked)],
    told: ['stopped node2: Install Docker: blocked by docker on node1'],
  },
  {
    what: 'a warning about several hosts',
    events: [warning(HOSTS, 'few cores'), warning(['node3'], 'little memory')],
    told: ['warning node1 … node5 (5 hosts): few cores; mend it', 'warning node3: little memory; mend it'],
  },
  {
    what: 'hosts that Ctrl-C stops',
    events: [
      ...['node1', 'node2'].map((host) => begins(host, 'docker')),
      'stop',
      ...['node1', 'node2'].map((host) =>
        ends(host, 'docker', { outcome: 'failed', error: interrupted(host, 'docker', undefined) }),
      ),
      ends('node1', 'k3s', { outcome: 'skipped' }),
    ],
    told: ['stopped node1, node2: Install Docker: stopped; the same command continues'],
  },
  {
    what: 'nothing of hosts that Ctrl-C stops before they have begun',
    events: [
      'stop',
      { event: 'host-failed', host: 'node1', error: interrupted('node1', 'connect', undefined) },
    ],
    told: [],
  },
])('tells once $what', ({ events, told }) => {
  expect(lines(events)).toEqual(told)
})

it('tells the end of a step for all hosts, when the last one has done it', () => {
  const events = [
    ...HOSTS.map((host) => begins(host, 'docker')),
    ...HOSTS.slice(0, 4).map((host, i) => ends(host, 'docker', { ms: i === 2 ? 9000 : 1000 })),
  ]
  expect(lines(events, { together: true })).toEqual([
    'done 4 hosts: Install Docker: done in 9.0 s at most (node3)',
  ])
  expect(lines([...events, ends('node5', 'docker', {})], { together: true })).toEqual([
    'done 5 hosts: Install Docker: done in 9.0 s at most (node3)',
  ])
})
