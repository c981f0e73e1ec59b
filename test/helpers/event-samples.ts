import type { Change } from '../../src/engine/change.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import { ConvecthubError } from '../../src/errors.ts'
import type { HostOutcome } from '../../src/outcome.ts'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import type { Summary } from '../../src/ui/conclusion.ts'
import { artifact } from './test-cluster.ts'

/** A secret that every sample contains, if it can contain one. */
export const HIDDEN = 'a-hidden-word'

const change: Change = {
  kind: 'file',
  sign: '+',
  title: '/etc/a',
  path: '/etc/a',
  content: 'one\ntwo\n',
  mode: '644',
}

export const CHANGES: readonly Change[] = [
  change,
  {
    kind: 'file',
    sign: '~',
    title: '/etc/b',
    path: '/etc/b',
    content: new Secret(HIDDEN),
    mode: '600',
  },
  {
    kind: 'upload',
    sign: '+',
    title: '/bin/k3s',
    artifact: artifact('k3s'),
    path: '/bin/k3s',
    mode: '755',
  },
  { kind: 'packages', sign: '+', title: 'install curl', names: ['curl'], script: sh`:` },
  { kind: 'run', sign: '-', title: 'stop k3s', timeoutMs: 1, script: sh`stop ${new Secret(HIDDEN)}` },
  { kind: 'wait', sign: '!', title: 'wait', timeoutMs: 1, until: sh`ask ${new Secret(HIDDEN)}` },
]

export const ERROR = new ConvecthubError('STEP_FAILED', 'start k3s: exit code 1', {
  host: 'w1',
  step: 'k3s-agent',
  evidence: 'line one\nline two',
  hint: 'look there',
  cause: new Error('an inner one'),
})

const host = 'w1'
const step = 'k3s-agent'
/** How a run ended on a host that failed. */
export const OUTCOME: HostOutcome = {
  host,
  result: 'failed',
  changes: 4,
  waits: 1,
  steps: { changed: 1, unchanged: 2, failed: 1, blocked: 0, skipped: 0 },
  ms: 42_000,
  errors: [ERROR],
  blockedBy: 'a on d1',
}

/** One sample of every event, with all its optional fields. */
export const EVENTS: readonly EngineEvent[] = [
  {
    event: 'run',
    verb: 'provision',
    applies: true,
    hosts: ['d1', host],
    steps: [{ id: step, title: 'Start' }],
    standIn: true,
  },
  { event: 'connecting', host },
  { event: 'queued', host },
  { event: 'connected', host, ms: 120, os: 'Ubuntu 22.04.5 LTS', sudoAsked: false },
  { event: 'host-failed', host, error: ERROR },
  {
    event: 'finding',
    finding: { level: 'warning', id: 'cpu', message: 'few cores', hint: 'give more' },
    hosts: [host],
  },
  { event: 'planned', host, step, changes: CHANGES },
  {
    event: 'delivery',
    here: 5,
    between: 10,
    files: [{ file: 'k3s', size: 5, to: ['w1', 'w2', 'w3'], from: ['d1'] }],
  },
  { event: 'no-relay', host, why: 'there is no /usr/sbin/sshd' },
  { event: 'relay', host, step, state: 'failed', file: 'k3s', from: 'd1', why: 'no route to host' },
  { event: 'step-start', host, step },
  {
    event: 'link-lost',
    host,
    step,
    error: ERROR,
  },
  { event: 'waiting', host, job: step, ms: 245_000, ends: true },
  { event: 'change-start', host, step, change },
  { event: 'change-end', host, step, change, ms: 5 },
  { event: 'line', host, step, line: 'a "quoted" line\u0007' },
  { event: 'progress', host, step, sent: 5, total: 10 },
  { event: 'step', host, step, outcome: 'failed', ms: 1500, error: ERROR, blockedBy: 'a on d1' },
]

/** A sample of the last line. */
export const SUMMARY: Summary = {
  event: 'summary',
  verb: 'provision',
  applied: true,
  ok: false,
  exit: 7,
  ms: 65_000,
  interrupted: false,
  hosts: [OUTCOME],
}
