import { expect, it } from 'vitest'
import type { Step } from '../../src/engine/step.ts'
import type { StepRef } from '../../src/step-ref.ts'
import { fakeStep, make, thing } from '../helpers/fake-step.ts'
import { of, runFakes } from '../helpers/run-fakes.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const onDrivers: Step['hosts'] = ({ cluster }) => cluster.drivers
const onWorkers: Step['hosts'] = ({ cluster }) => cluster.workers
const at = (step: string, host: string) => (): readonly StepRef[] => [{ step, host }]

/** The order of two things among everything that the hosts did. */
const isBefore = (order: readonly string[], first: string, second: string) => {
  expect(order).toContain(first)
  expect(order).toContain(second)
  return order.indexOf(first) < order.indexOf(second)
}

it('does steps in the order of the recipe and changes in the order of the plan', async () => {
  const recipe = [fakeStep('a', { things: ['a1', 'a2'] }), fakeStep('b'), fakeStep('c')]
  const { order, report } = await runFakes({ recipe, only: ['w1'] })
  expect(order).toEqual(['w1: a1', 'w1: a2', 'w1: b', 'w1: c'])
  expect(report).toMatchObject({ ok: true, interrupted: false, hosts: [{ result: 'changed', changes: 4 }] })
})

it.each([
  { what: 'needs', more: { needs: at('server', 'd1') } },
  { what: 'after', more: { after: at('server', 'd1') } },
])('a step waits for the steps in its `$what`', async ({ more }) => {
  const recipe = [
    fakeStep('slow', { hosts: onDrivers, things: ['s1', 's2', 's3'] }),
    fakeStep('server', { hosts: onDrivers }),
    fakeStep('agent', { hosts: onWorkers, ...more }),
  ]
  const outcome = await runFakes({ recipe })
  expect(isBefore(outcome.order, 'd1: server', 'w1: agent')).toBe(true)
  expect(outcome.report.ok).toBe(true)
})

it('a slow host does not delay steps that do not depend on it', async () => {
  const stop = new AbortController()
  const recipe = [fakeStep('a'), fakeStep('b')]
  const outcome = await runFakes({
    recipe,
    signal: stop.signal,
    hosts: { d1: { reactions: { 'make a': 'hang' } } },
    onEvent: (event) => {
      if (event.event === 'step' && event.host === 'w1' && event.step === 'b') stop.abort()
    },
  })
  expect(outcome.ended['b on w1']).toBe('changed')
  expect(outcome.ended['a on d1']).toBe('failed')
})

it('joins servers one by one, and agents once the first server is up', async () => {
  const desired = testDesired({ drivers: ['d1', 'd2', 'd3'], workers: ['w1', 'w2'] })
  const previous: Step['after'] = (host, { cluster }) => {
    const before = cluster.drivers[cluster.drivers.indexOf(host) - 1]
    return before ? [{ step: 'server', host: before.name }] : []
  }
  const recipe = [
    fakeStep('server', { hosts: onDrivers, after: previous }),
    fakeStep('agent', { hosts: onWorkers, needs: at('server', 'd1') }),
  ]
  const { order } = await runFakes({ recipe, desired })
  expect(order.filter((line) => line.endsWith('server'))).toEqual(['d1: server', 'd2: server', 'd3: server'])
  for (const worker of ['w1', 'w2']) expect(isBefore(order, 'd1: server', `${worker}: agent`)).toBe(true)
})

// such as the label of a GPU node: the worker joins, then the driver labels it
const join = fakeStep('join', { hosts: onWorkers, things: ['world:node'] })
const label = fakeStep('label', {
  hosts: onDrivers,
  after: at('join', 'w1'),
  facts: () => ['world:node', 'manifest', 'label'].map(thing),
  plan: ({ facts }) => [
    ...(facts.get(thing('manifest')) ? [] : [make('manifest')]),
    ...(facts.get(thing('world:node')) && !facts.get(thing('label')) ? [make('label')] : []),
  ],
})

it.each([
  { what: 'with other work to do before', d1: {} },
  { what: 'with nothing to do before', d1: { made: ['manifest'] } },
])('a step plans from what is true after its wait, $what', async ({ d1 }) => {
  const { ended, hosts } = await runFakes({ recipe: [join, label], hosts: { d1 } })
  expect(ended).toEqual({ 'join on w1': 'changed', 'label on d1': 'changed' })
  expect(hosts.d1?.made).toEqual(new Set(['manifest', 'label']))
})

it('locks only hosts that it changes, in the name of the run’s owner', async () => {
  const { hosts } = await runFakes({
    recipe: [fakeStep('a')],
    owner: 'ann at laptop',
    hosts: { d1: { made: ['a'] } },
  })
  expect(hosts.d1?.owner).toBeUndefined()
  expect(hosts.w1?.owner).toBe('ann at laptop')
})

it('emits the events of a host in this order', async () => {
  const outcome = await runFakes({
    recipe: [fakeStep('a')],
    only: ['w1'],
    hosts: { w1: { reactions: { 'make a': ['half way'] } } },
  })
  expect(outcome.events.map(({ event }) => event)).toEqual([
    'run',
    'connecting',
    'connected',
    'planned',
    'step-start',
    'change-start',
    'line',
    'change-end',
    'step',
  ])
  expect(of(outcome, 'line')).toMatchObject([{ host: 'w1', step: 'a', line: 'half way' }])
  expect(of(outcome, 'connected')).toMatchObject([{ host: 'w1', os: 'Fake OS' }])
})
