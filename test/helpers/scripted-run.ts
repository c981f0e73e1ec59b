import type { Change } from '../../src/engine/change.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import { interrupted } from '../../src/engine/interrupted.ts'
import type { RunReport } from '../../src/engine/run-options.ts'
import { Tally } from '../../src/engine/tally.ts'
import { ConvecthubError } from '../../src/errors.ts'
import { exitOf } from '../../src/outcome.ts'
import { sh } from '../../src/sh.ts'
import { artifact, testDesired } from './test-cluster.ts'

export type Scenario = 'healthy' | 'one failed' | 'one unreachable' | 'interrupted'

/** What happens in a scripted run, and when, in ms after its start. `stop`: somebody presses Ctrl-C. */
export interface Happening {
  at: number
  event: EngineEvent | 'stop'
}

/** How many hosts log in at once, and how long each batch takes, ms. */
const FORKS = 64
const BATCH_MS = 3000

/** When Ctrl-C is pressed in the scenario `interrupted`, ms. */
const STOP_MS = 75_000

const SERVER = 'node1'
const TITLES: Readonly<Record<string, string>> = {
  'base-packages': 'Install base packages',
  docker: 'Install Docker',
  artifacts: 'Send the bundle',
  'k3s-server': 'Start the K3s server',
  'k3s-agent': 'Start the K3s agent',
  jupyterhub: 'Deploy JupyterHub',
}

const packages = (title: string): Change => ({ kind: 'packages', sign: '+', title, names: [], script: sh`:` })
const images: Change = {
  kind: 'upload',
  sign: '+',
  title: '/var/lib/rancher/k3s/agent/images/convecthub.tar',
  artifact: artifact('convecthub.tar', { size: 800e6 }),
  path: '/var/lib/rancher/k3s/agent/images/convecthub.tar',
  mode: '644',
}
const CHANGES: Readonly<Record<string, Change>> = {
  'base-packages': packages('install curl, nfs-common, open-iscsi'),
  docker: packages('install docker-ce, docker-ce-cli, containerd.io'),
  artifacts: images,
  'k3s-server': {
    kind: 'wait',
    sign: '!',
    title: 'wait until the Kubernetes API answers',
    timeoutMs: 1,
    until: sh`:`,
  },
  'k3s-agent': { kind: 'run', sign: '+', title: 'start k3s-agent', timeoutMs: 1, script: sh`:` },
  jupyterhub: {
    kind: 'run',
    sign: '+',
    title: 'helm install jupyterhub, and wait for it',
    timeoutMs: 1,
    script: sh`:`,
  },
}

/** How long a step takes on the host with this number, ms. */
function duration(step: string, number: number): number {
  if (step === 'base-packages') return 8000 + (number % 5) * 700
  if (step === 'docker') return 45_000 + ((number * 7) % 23) * 1000
  if (step === 'artifacts') return 40_000 + (number % 3) * 2000
  return step === 'jupyterhub' ? 48_000 : 12_000 + (number % 4) * 500
}

/** A run of `provision`, made up: the same one every time. */
export function scriptedRun(count: number, scenario: Scenario): Happening[] {
  const hosts = Array.from({ length: count }, (_, i) => `node${i + 1}`)
  const log: Happening[] = []
  const add = (at: number, event: EngineEvent) => log.push({ at, event })
  const steps = Object.entries(TITLES).map(([id, title]) => ({ id, title }))
  add(0, { event: 'run', verb: 'provision', applies: true, hosts, steps, standIn: false })
  const reached = hosts.filter((host) => connect(host, hosts.indexOf(host), scenario, add))
  const planned = Math.max(...log.map(({ at }) => at)) + 200
  add(planned, {
    event: 'finding',
    finding: { level: 'warning', id: 'cpu', message: '2 processors', hint: 'give it 4' },
    hosts: hosts.filter((_, i) => i % 10 === 0),
  })
  const stepsOf = (host: string) => Object.keys(TITLES).filter((step) => isFor(step, host))
  for (const host of reached)
    for (const step of stepsOf(host))
      add(planned, { event: 'planned', host, step, changes: [CHANGES[step] ?? images] })
  const served =
    planned +
    ['base-packages', 'docker', 'artifacts', 'k3s-server'].reduce((sum, step) => sum + duration(step, 0), 0)
  for (const host of reached)
    walk({ host, number: hosts.indexOf(host), steps: stepsOf(host), scenario, from: planned, served }, add)
  const ordered = log.toSorted((a, b) => a.at - b.at)
  return scenario === 'interrupted' ? stopped(ordered) : ordered
}

type Add = (at: number, event: EngineEvent) => void

function isFor(step: string, host: string): boolean {
  if (step === 'k3s-server' || step === 'jupyterhub') return host === SERVER
  return step !== 'k3s-agent' || host !== SERVER
}

/** Logs in. False when the host does not let us. */
function connect(host: string, number: number, scenario: Scenario, add: Add): boolean {
  const from = Math.floor(number / FORKS) * BATCH_MS
  const ms = 1500 + (number % 7) * 200
  add(from, { event: 'connecting', host })
  if (scenario === 'one unreachable' && number === 1) {
    const error = new ConvecthubError(
      'UNREACHABLE',
      'nothing listens on 10.0.0.2:2299 (connection refused)',
      {
        host,
        step: 'connect',
        hint: 'is sshd running, and is 2299 its port?',
      },
    )
    add(from + ms, { event: 'host-failed', host, error })
    return false
  }
  add(from + ms, { event: 'connected', host, ms, os: 'Ubuntu 22.04.5 LTS', sudoAsked: false })
  return true
}

interface Way {
  host: string
  number: number
  steps: readonly string[]
  scenario: Scenario
  /** When the first step begins, and when the K3s server is ready, ms. */
  from: number
  served: number
}

/** Does the steps of a host, one after another. */
function walk({ host, number, steps, scenario, from, served }: Way, add: Add): void {
  let at = from
  let failed = false
  for (const step of steps) {
    if (failed) {
      add(at, { event: 'step', host, step, outcome: 'blocked', ms: 0, blockedBy: `docker on ${host}` })
      continue
    }
    if (step === 'k3s-agent') at = Math.max(at, served)
    const ms = duration(step, number)
    const change = CHANGES[step] ?? images
    add(at, { event: 'step-start', host, step })
    add(at, { event: 'change-start', host, step, change })
    for (let part = 1; part < 10; part++) during(at + (ms * part) / 10, part / 10, { host, step }, add)
    if (scenario === 'one failed' && step === 'docker' && number === 1) {
      failed = true
      at += 20_000
      add(at, { event: 'step', host, step, outcome: 'failed', ms: 20_000, error: brokenDocker(host, change) })
      continue
    }
    at += ms
    add(at, { event: 'change-end', host, step, change, ms })
    add(at, { event: 'step', host, step, outcome: 'changed', ms })
  }
}

/** What a host tells in the midst of a step. */
function during(at: number, part: number, place: { host: string; step: string }, add: Add): void {
  if (place.step === 'artifacts') add(at, { event: 'progress', ...place, sent: 800e6 * part, total: 800e6 })
  if (place.step === 'docker')
    add(at, {
      event: 'line',
      ...place,
      line: `Setting up docker-ce (5:27.${Math.round(part * 10)}-1~ubuntu.22.04~jammy) ...`,
    })
}

function brokenDocker(host: string, change: Change): ConvecthubError {
  return new ConvecthubError('STEP_FAILED', `${change.title}: exit code 100`, {
    host,
    step: 'docker',
    evidence:
      'E: Failed to fetch http://mirror/docker-ce_27.deb  404  Not Found\nE: Unable to fetch some archives',
    hint: 'the mirror lacks a package: run apt-get update on the host, or correct docker_repo',
  })
}

/** Cuts a run off at Ctrl-C: what is under way is stopped a second later, and the rest is skipped. */
function stopped(log: readonly Happening[]): Happening[] {
  const before = log.filter(({ at }) => at < STOP_MS)
  const ends = (host: string, step: string) =>
    before.some(
      ({ event }) => event !== 'stop' && event.event === 'step' && event.host === host && event.step === step,
    )
  const after = before.flatMap(({ event }): Happening[] => {
    if (event === 'stop' || event.event !== 'step-start' || ends(event.host, event.step)) return []
    const { host, step } = event
    const error = interrupted(host, step, CHANGES[step])
    return [{ at: STOP_MS + 1000, event: { event: 'step', host, step, outcome: 'failed', ms: 1, error } }]
  })
  return [...before, { at: STOP_MS, event: 'stop' }, ...after]
}

/** How such a run ended, as the engine would report it. */
export function scriptedReport(log: readonly Happening[]): RunReport {
  const events = log.flatMap(({ event }) => (event === 'stop' ? [] : [event]))
  const [run] = events
  const names = run?.event === 'run' ? run.hosts : []
  const tally = new Tally(true)
  for (const event of events) tally.on(event)
  const reached = new Set(events.flatMap((event) => (event.event === 'connected' ? event.host : [])))
  const errors = events.flatMap((event) =>
    (event.event === 'step' || event.event === 'host-failed') && event.error ? event.error : [],
  )
  const hosts = names.map((name) =>
    tally.outcome(name, errorsOf(name, errors), { reached: reached.has(name), complete: true }),
  )
  const interrupted = log.some(({ event }) => event === 'stop')
  const ms = Math.max(...log.map(({ at }) => at)) + 100
  const [ok, facts, desired] = [exitOf(hosts, interrupted) === 'ok', new Map(), testDesired()]
  return { verb: 'provision', applied: true, ok, interrupted, ms, hosts, ignorable: [], desired, facts }
}

const errorsOf = (name: string, errors: readonly ConvecthubError[]) =>
  errors.filter(({ details }) => details.host === name)
