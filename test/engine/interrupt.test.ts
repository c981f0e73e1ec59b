import { expect, it } from 'vitest'
import { fakeStep } from '../helpers/fake-step.ts'
import { type FakeRun, of, runFakes } from '../helpers/run-fakes.ts'

/** Starts a run, and interrupts it once a change has begun. */
function interruptedAt(title: string, more: FakeRun) {
  const stop = new AbortController()
  return runFakes({
    ...more,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.event === 'change-start' && event.change.title === title) stop.abort()
    },
  })
}

it('names the change under way and skips the steps that had not begun', async () => {
  const outcome = await interruptedAt('make b', {
    recipe: [fakeStep('a'), fakeStep('b'), fakeStep('c')],
    only: ['w1'],
    hosts: { w1: { reactions: { 'make b': 'hang' } } },
  })
  expect(outcome.ended).toEqual({ 'a on w1': 'changed', 'b on w1': 'failed', 'c on w1': 'skipped' })
  expect(of(outcome, 'step')[1]?.error).toMatchObject({
    code: 'INTERRUPTED',
    exit: 'interrupted',
    message: 'stopped during: make b',
    details: { host: 'w1', step: 'b' },
  })
  expect(outcome.report).toMatchObject({ ok: false, interrupted: true, hosts: [{ result: 'stopped' }] })
  expect(outcome.hosts.w1?.closed).toBe(1)
})

it('skips a step that was waiting for another host', async () => {
  const outcome = await interruptedAt('make server', {
    recipe: [
      fakeStep('server', { hosts: ({ cluster }) => cluster.drivers }),
      fakeStep('agent', {
        hosts: ({ cluster }) => cluster.workers,
        after: () => [{ step: 'server', host: 'd1' }],
      }),
    ],
    hosts: { d1: { reactions: { 'make server': 'hang' } } },
  })
  expect(outcome.ended).toEqual({ 'server on d1': 'failed', 'agent on w1': 'skipped' })
  expect(outcome.hosts.w1?.ran).toEqual([])
})

it('changes nothing when interrupted before the first change', async () => {
  const stop = new AbortController()
  const outcome = await runFakes({
    recipe: [fakeStep('a')],
    signal: stop.signal,
    onEvent: ({ event }) => event === 'connected' && stop.abort(),
  })
  expect(outcome.order).toEqual([])
  expect(outcome.report).toMatchObject({ ok: false, interrupted: true })
})

it('logs in to no further host after an interruption', async () => {
  const stop = new AbortController()
  const outcome = await runFakes({
    recipe: [fakeStep('a')],
    forks: 1,
    signal: stop.signal,
    onEvent: ({ event }) => event === 'connected' && stop.abort(),
  })
  expect(of(outcome, 'connecting')).toHaveLength(1)
  expect(Object.values(outcome.hosts).map(({ connects }) => connects)).toEqual([1, 0])
  expect(of(outcome, 'host-failed')).toMatchObject([{ error: { code: 'INTERRUPTED' } }])
})

it('continues where it was stopped when run again', async () => {
  const recipe = [fakeStep('a'), fakeStep('b'), fakeStep('c')]
  const first = await interruptedAt('make b', {
    recipe,
    only: ['w1'],
    hosts: { w1: { reactions: { 'make b': 'hang' } } },
  })
  const made = [...(first.hosts.w1?.made ?? [])]
  const second = await runFakes({ recipe, only: ['w1'], hosts: { w1: { made } } })
  expect(second.order).toEqual(['w1: b', 'w1: c'])
  expect(second.report.ok).toBe(true)
})
