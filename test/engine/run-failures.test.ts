import { expect, it } from 'vitest'
import type { Step } from '../../src/engine/step.ts'
import { fakeStep, make, thing } from '../helpers/fake-step.ts'
import { of, runFakes } from '../helpers/run-fakes.ts'

const onDrivers: Step['hosts'] = ({ cluster }) => cluster.drivers
const onWorkers: Step['hosts'] = ({ cluster }) => cluster.workers
const server = fakeStep('server', { hosts: onDrivers })
const agent = fakeStep('agent', { hosts: onWorkers, needs: () => [{ step: 'server', host: 'd1' }] })
const late = fakeStep('late', { hosts: onWorkers, after: () => [{ step: 'server', host: 'd1' }] })

it('a failed change fails its step and blocks only the rest of its host and the steps that need it', async () => {
  const recipe = [fakeStep('a', { hosts: onDrivers, things: ['a1', 'a2'] }), server, fakeStep('b'), agent]
  const { ended, hosts, report } = await runFakes({
    recipe,
    hosts: { d1: { reactions: { 'make a1': 7 } } },
  })
  expect(ended).toEqual({
    'a on d1': 'failed',
    'server on d1': 'blocked',
    'b on d1': 'blocked',
    'b on w1': 'changed',
    'agent on w1': 'blocked',
  })
  expect(hosts.d1?.ran).toEqual(['make a1'])
  expect(report).toMatchObject({
    ok: false,
    hosts: [
      {
        host: 'd1',
        result: 'failed',
        changes: 0,
        steps: { failed: 1, blocked: 2, changed: 0 },
        errors: [{ code: 'STEP_FAILED' }],
      },
      {
        host: 'w1',
        result: 'skipped',
        changes: 1,
        steps: { blocked: 1, changed: 1 },
        blockedBy: 'server on d1',
      },
    ],
  })
})

it('does a step in spite of a failed step in its `after`', async () => {
  const { ended } = await runFakes({
    recipe: [server, late],
    hosts: { d1: { reactions: { 'make server': 1 } } },
  })
  expect(ended).toEqual({ 'server on d1': 'failed', 'late on w1': 'changed' })
})

it('reports a satisfied step as unchanged, even after a failure', async () => {
  const { ended } = await runFakes({
    recipe: [fakeStep('a'), fakeStep('b')],
    only: ['w1'],
    hosts: { w1: { made: ['b'], reactions: { 'make a': 1 } } },
  })
  expect(ended).toEqual({ 'a on w1': 'failed', 'b on w1': 'unchanged' })
})

it('names host, step, change, exit code and last lines in the error of a failed change', async () => {
  const outcome = await runFakes({
    recipe: [fakeStep('a')],
    only: ['w1'],
    hosts: { w1: { reactions: { 'make a': 3 } } },
  })
  const [step] = of(outcome, 'step')
  expect(step?.error).toMatchObject({ code: 'STEP_FAILED', exit: 'failed', message: 'make a: exit code 3' })
  expect(step?.error?.details).toMatchObject({ host: 'w1', step: 'a', evidence: 'a went wrong' })
  expect(of(outcome, 'change-end')).toEqual([])
})

it.each([
  { what: 'its only change', stubborn: ['a'], message: 'done, but not in effect afterwards: make a' },
  { what: 'one of its changes', stubborn: ['b'], message: 'done, but not in effect afterwards: make b' },
  {
    what: 'all of its changes',
    stubborn: ['a', 'b'],
    message: 'done, but not in effect afterwards: make a; make b',
  },
])('fails a step that is not satisfied after its changes: $what', async ({ stubborn, message }) => {
  const outcome = await runFakes({
    recipe: [fakeStep('step', { things: ['a', 'b'] }), fakeStep('next')],
    only: ['w1'],
    hosts: { w1: { stubborn } },
  })
  expect(of(outcome, 'step')[0]?.error).toMatchObject({ code: 'NOT_PROVEN', exit: 'failed', message })
  expect(outcome.ended).toEqual({ 'step on w1': 'failed', 'next on w1': 'blocked' })
})

it('an unreachable host fails and blocks only the hosts that need it', async () => {
  const outcome = await runFakes({
    recipe: [fakeStep('a'), server, late, agent],
    hosts: { d1: 'unreachable' },
  })
  expect(outcome.ended).toEqual({
    'a on d1': 'failed',
    'server on d1': 'blocked',
    'a on w1': 'changed',
    'late on w1': 'changed',
    'agent on w1': 'blocked',
  })
  expect(of(outcome, 'host-failed')).toMatchObject([{ host: 'd1', error: { code: 'UNREACHABLE' } }])
  expect(outcome.report).toMatchObject({
    ok: false,
    hosts: [{ result: 'unreached', errors: [{ exit: 'unreachable' }] }, { result: 'skipped' }],
  })
})

it('a host with unreadable answers fails like an unreachable one', async () => {
  const odd = fakeStep('odd', {
    hosts: onWorkers,
    facts: () => [
      { family: { ...thing('x').family, id: 'odd', parse: () => JSON.parse('{"cut') }, key: 'x' },
    ],
  })
  const outcome = await runFakes({ recipe: [fakeStep('a'), odd] })
  expect(of(outcome, 'host-failed')).toMatchObject([{ host: 'w1', error: { code: 'PROBE' } }])
  expect(outcome.ended['a on d1']).toBe('changed')
  expect(outcome.hosts.w1?.closed).toBe(1)
})

it('a plan that throws on the facts of one host fails that host only', async () => {
  const odd = fakeStep('odd', {
    facts: () => [thing('a'), thing('odd')],
    plan({ host, facts }) {
      if (host.name === 'w1' && facts.get(thing('a'))) throw new Error('an odd answer')
      return facts.get(thing('odd')) ? [] : [make('odd')]
    },
  })
  const outcome = await runFakes({ recipe: [fakeStep('a'), odd, fakeStep('b')] })
  expect(outcome.ended).toMatchObject({
    'odd on d1': 'changed',
    'b on d1': 'changed',
    'odd on w1': 'failed',
    'b on w1': 'blocked',
  })
  const [error] = outcome.report.hosts.find(({ host }) => host === 'w1')?.errors ?? []
  expect(error).toMatchObject({ code: 'FAULT', exit: 'internal', details: { host: 'w1', step: 'odd' } })
  expect(error?.message).toContain('an odd answer')
  expect(error?.details.evidence).toMatch(/^ +at /)
})

it('reconnects after a break, and continues the step from the current state', async () => {
  const recipe = [fakeStep('a', { things: ['a1', 'a2', 'a3'] }), fakeStep('b')]
  const outcome = await runFakes({
    recipe,
    only: ['w1'],
    hosts: { w1: { reactions: { 'make a2': 'lost' } } },
  })
  expect(outcome.ended).toEqual({ 'a on w1': 'changed', 'b on w1': 'changed' })
  // cut before a2 was done, then after it: nothing is done twice
  expect(outcome.hosts.w1?.ran).toEqual(['make a1', 'make a2', 'make a2', 'make a3', 'make b'])
  expect(outcome.hosts.w1?.connects).toBe(3)
  expect(of(outcome, 'link-lost').map(({ step, error }) => `${step} ${error.code}`)).toEqual([
    'a LOST',
    'a LOST',
  ])
  expect(outcome.report.ok).toBe(true)
})

it.each([
  { what: 'needs', more: { needs: () => [{ step: 'sever', host: 'd1' }] } },
  { what: 'comes after', more: { after: () => [{ step: 'sever', host: 'd1' }] } },
])('a step that $what one that the recipe does not have fails as a bug of convecthub', async ({ more }) => {
  const lost = fakeStep('agent', { hosts: onWorkers, ...more })
  const outcome = await runFakes({ recipe: [fakeStep('server'), lost] })
  const [step] = of(outcome, 'step').filter((each) => each.step === 'agent')
  expect(step?.error).toMatchObject({ code: 'FAULT', message: expect.stringContaining('no sever on d1') })
})

it('a step may come after one that its host does not do', async () => {
  const onlyWorkers = fakeStep('stop', { hosts: onWorkers })
  const late = fakeStep('late', { after: () => [{ step: 'stop', host: 'd1' }] })
  const outcome = await runFakes({ recipe: [onlyWorkers, late] })
  expect(outcome.report.ok).toBe(true)
})

it('a step with a recipe step that no host does in its `after` does not wait for it', async () => {
  const none = fakeStep('none', { hosts: () => [] })
  const late = fakeStep('late', { after: () => [{ step: 'none', host: 'w1' }] })
  const outcome = await runFakes({ recipe: [none, late] })
  expect(outcome.report.ok).toBe(true)
})

it('does not call a step changed without a change because a host that it sees is unreachable', async () => {
  const looking = fakeStep('a', { hosts: onWorkers, sees: (_host, { cluster }) => cluster.drivers })
  const outcome = await runFakes({ recipe: [looking], only: ['w1'], hosts: { d1: 'unreachable' } })
  expect(outcome.ended).toEqual({ 'a on w1': 'changed' })
  expect(outcome.order).toEqual(['w1: a'])
})
