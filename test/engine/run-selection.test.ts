import { expect, it } from 'vitest'
import type { Finding, Step } from '../../src/engine/step.ts'
import { exitOf } from '../../src/outcome.ts'
import { fakeStep, make, thing } from '../helpers/fake-step.ts'
import { of, runFakes } from '../helpers/run-fakes.ts'

// the agent's files contain the server's address, so its plan reads the server's facts
const peeking = fakeStep('agent', {
  hosts: ({ cluster }) => cluster.workers,
  needs: () => [{ step: 'server', host: 'd1' }],
  plan: ({ peer }) => (peer('d1')?.get(thing('server')) ? [] : [make('agent')]),
})

const onDrivers: Step['hosts'] = ({ cluster }) => cluster.drivers
const onWorkers: Step['hosts'] = ({ cluster }) => cluster.workers
const server = fakeStep('server', { hosts: onDrivers })
const agent = fakeStep('agent', { hosts: onWorkers, needs: () => [{ step: 'server', host: 'd1' }] })

it.each([
  { what: 'satisfied', d1: { made: ['server'] }, ended: { 'agent on w1': 'changed' }, order: ['w1: agent'] },
  { what: 'not satisfied', d1: {}, ended: { 'agent on w1': 'blocked' }, order: [] },
])('only probes a host outside the selection; its step is $what', async ({ d1, ended, order }) => {
  const outcome = await runFakes({ recipe: [server, agent], only: ['w1'], hosts: { d1 } })
  expect(outcome.ended).toEqual(ended)
  expect(outcome.order).toEqual(order)
  expect(outcome.hosts.d1).toMatchObject({ connects: 1, ran: [], owner: undefined, closed: 1 })
  expect(of(outcome, 'planned').map(({ host }) => host)).toEqual(['w1'])
  expect(outcome.report.hosts.map(({ host }) => host)).toEqual(['w1'])
})

it('blocks a step whose plan reads the facts of an unreachable host', async () => {
  const { ended } = await runFakes({
    recipe: [server, peeking],
    only: ['w1'],
    hosts: { d1: 'unreachable' },
  })
  expect(ended).toEqual({ 'agent on w1': 'blocked' })
})

it.each([{ apply: true }, { apply: false }])(
  'reports an unreachable host that a selected one waits for (apply: $apply)',
  async ({ apply }) => {
    const { report } = await runFakes({
      recipe: [server, peeking],
      only: ['w1'],
      apply,
      hosts: { d1: 'unreachable' },
    })
    expect(report).toMatchObject({
      ok: false,
      hosts: [
        { host: 'w1', result: 'skipped', blockedBy: apply ? 'server on d1' : 'connect on d1' },
        { host: 'd1', result: 'unreached', errors: [{ code: 'UNREACHABLE' }] },
      ],
    })
  },
)

it('does not contact a host outside the selection that nobody needs', async () => {
  const { hosts } = await runFakes({ recipe: [server, agent], only: ['d1'] })
  expect(hosts.w1).toMatchObject({ connects: 0, runs: 0 })
})

it('blocks a selected host that needs an unreachable one', async () => {
  const { ended, order } = await runFakes({
    recipe: [server, agent],
    only: ['w1'],
    hosts: { d1: 'unreachable' },
  })
  expect(ended).toEqual({ 'agent on w1': 'blocked' })
  expect(order).toEqual([])
})

it.each([
  { what: 'a plan', apply: false },
  { what: 'a run', apply: true },
])('$what of a converged fleet takes one connection and one exec per host', async ({ apply }) => {
  const outcome = await runFakes({
    recipe: [server, agent, fakeStep('a')],
    apply,
    hosts: { d1: { made: ['server', 'a'] }, w1: { made: ['agent', 'a'] } },
  })
  for (const host of ['d1', 'w1'])
    expect(outcome.hosts[host]).toMatchObject({ connects: 1, runs: 1, ran: [], closed: 1 })
  expect(outcome.report).toMatchObject({ ok: true, hosts: [{ changes: 0 }, { changes: 0 }] })
  expect(of(outcome, 'planned').every(({ changes }) => changes.length === 0)).toBe(true)
})

it('makes a change and verifies it in one exec', async () => {
  const { hosts } = await runFakes({ recipe: [fakeStep('a', { things: ['a', 'b', 'c'] })], only: ['w1'] })
  expect(hosts.w1).toMatchObject({ connects: 1, runs: 2, ran: ['make a', 'make b', 'make c'] })
})

it('emits every change of a plan and makes none', async () => {
  const outcome = await runFakes({
    recipe: [fakeStep('a'), fakeStep('b')],
    apply: false,
    hosts: { d1: { made: ['a'] } },
  })
  expect(outcome.report).toMatchObject({
    ok: true,
    hosts: [
      { host: 'd1', result: 'changed', changes: 1 },
      { host: 'w1', result: 'changed', changes: 2 },
    ],
  })
  expect(
    of(outcome, 'planned').map(({ host, step, changes }) => `${step} on ${host}: ${changes.length}`),
  ).toEqual(['a on d1: 0', 'b on d1: 1', 'a on w1: 1', 'b on w1: 1'])
  expect(outcome.order).toEqual([])
  expect(of(outcome, 'step')).toEqual([])
})

it('calls `planned` before anything is changed', async () => {
  const seen: string[] = []
  await runFakes({
    recipe: [fakeStep('a')],
    only: ['w1'],
    planned: async (connections) => {
      seen.push(`planned, with ${[...connections.keys()]}`)
    },
    onEvent: ({ event }) => {
      if (event === 'planned' || event === 'change-start') seen.push(event)
    },
  })
  expect(seen).toEqual(['planned', 'planned, with w1', 'change-start'])
})

it.each([
  { what: 'a check finds an error', stop: false, level: 'error' as const, apply: true, called: 0 },
  { what: 'a check of a plan finds an error', stop: false, level: 'error' as const, apply: false, called: 1 },
  { what: 'Ctrl-C came before', stop: true, level: 'warning' as const, apply: true, called: 0 },
])('calls `planned` $called times when $what', async ({ stop, level, apply, called }) => {
  const controller = new AbortController()
  let calls = 0
  await runFakes({
    recipe: checked(finding(level, 'w1')),
    only: ['w1'],
    apply,
    signal: controller.signal,
    planned: async () => {
      calls += 1
    },
    onEvent: ({ event }) => {
      if (stop && event === 'connected') controller.abort()
    },
  })
  expect(calls).toBe(called)
})

const finding = (level: Finding['level'], host: string): Finding => ({
  level,
  id: 'cpu',
  host,
  message: '1 processor core; 2 are needed',
  hint: 'give the machine more',
})
const checked = (...found: Finding[]) => [fakeStep('checks', { check: () => found }), fakeStep('a')]

it.each([
  { what: 'an error', recipe: checked(finding('error', 'w1')), stops: true },
  { what: 'a warning', recipe: checked(finding('warning', 'w1')), stops: false },
  {
    what: 'an error that is ignored',
    recipe: checked(finding('error', 'w1')),
    ignore: ['cpu'],
    stops: false,
  },
  {
    what: 'an error while another one is ignored',
    recipe: checked(finding('error', 'w1')),
    ignore: ['os'],
    stops: true,
  },
  { what: 'an error of a host outside the selection', recipe: checked(finding('error', 'd1')), stops: false },
])('stops the run before any change for $what: $stops', async ({ recipe, ignore = [], stops }) => {
  const outcome = await runFakes({ recipe, only: ['w1'], ignore: new Set(ignore) })
  expect(of(outcome, 'finding')).toHaveLength(1)
  expect(outcome.order.length === 0).toBe(stops)
  expect(outcome.report.ok).toBe(!stops)
  expect(outcome.hosts.w1?.closed).toBe(1)
})

it('reports the errors of all hosts at once', async () => {
  const { report, events } = await runFakes({
    recipe: checked(finding('error', 'd1'), finding('error', 'w1')),
  })
  expect(exitOf(report.hosts, false)).toBe('preflight')
  expect(report.hosts.map(({ host, errors }) => `${errors[0]?.code} ${host}`)).toEqual(['cpu d1', 'cpu w1'])
  expect(report.hosts[0]?.errors[0]).toMatchObject({ details: { hint: 'give the machine more' } })
  expect(report.ignorable).toContain('cpu')
  expect(events.filter(({ event }) => event === 'finding')).toMatchObject([{ hosts: ['d1', 'w1'] }])
})
