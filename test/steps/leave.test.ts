import { expect, it } from 'vitest'
import { factsOf } from '../../src/engine/recipe-steps.ts'
import type { Step } from '../../src/engine/step.ts'
import { node } from '../../src/facts/node.ts'
import { unit } from '../../src/facts/unit.ts'
import { reset } from '../../src/recipes/reset.ts'
import { unitName } from '../../src/steps/k3s-unit.ts'
import { drain, leave, noRestart } from '../../src/steps/leave.ts'
import { stopK3s } from '../../src/steps/reset.ts'
import { contextOf, is, recordOf, running, shown } from '../helpers/fake-facts.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

const given = testDesired({ drivers: ['d1', 'd2', 'd3'], workers: ['w1'] })
const of = (name: string) => hostOf(given, name)
const resetOf = (names: readonly string[], by: string | undefined) => ({
  ...given,
  leaving: { hosts: names.map(of), by: by === undefined ? undefined : of(by) },
})
const state = (ready: boolean) => ({ ready, leaving: false, labels: {}, version: '', runtime: '' })
const drained = (name: string) => `! run drain node ${name}`
const gone = (name: string, more = '') => `- run node ${name}, its password${more}`
const API = '! wait wait until the Kubernetes API answers'
const MEMBER = ' and its membership of etcd'

it.each<{ what: string; nodes: Record<string, boolean>; runs?: string[]; away?: string[]; plan: string[] }>([
  { what: 'are unknown to the cluster', nodes: { d1: true }, plan: [] },
  { what: 'include a healthy worker', nodes: { d1: true, w1: true }, plan: [drained('w1'), gone('w1')] },
  { what: 'include a worker that is down', nodes: { d1: true, w1: false }, plan: [gone('w1')] },
  {
    what: 'are a worker, a server, and a server that is down',
    nodes: { d1: true, d2: true, d3: false, w1: true },
    plan: [drained('d2'), drained('w1'), gone('w1'), gone('d3', MEMBER), gone('d2', MEMBER)],
  },
  {
    what: 'run, while the API does not answer',
    nodes: {},
    runs: ['d2', 'd3', 'w1'],
    plan: [API, ...['d2', 'd3', 'w1'].map(drained), API, gone('w1'), gone('d2', MEMBER), gone('d3', MEMBER)],
  },
  {
    what: 'run, do not run, or do not answer, while the API does not answer',
    nodes: {},
    runs: ['d2'],
    away: ['w1'],
    plan: [API, drained('d2'), API, gone('w1'), gone('d3', MEMBER), gone('d2', MEMBER)],
  },
  {
    what: 'are all away, while the API does not answer',
    nodes: {},
    away: ['d2', 'd3', 'w1'],
    plan: [API, gone('w1'), gone('d2', MEMBER), gone('d3', MEMBER)],
  },
])('removes machines that $what: $plan', ({ nodes, runs = [], away = [], plan }) => {
  const d1 = Object.entries(nodes).map(([name, ready]) => is(node(name), state(ready)))
  const units = runs.map((name) => [name, [running(unitName(of(name)))]] as const)
  const own = resetOf(['d2', 'd3', 'w1'], 'd1')
  const known = knownOf(own, { ...Object.fromEntries(units), d1 })
  const changes = [drain, leave].flatMap((step) => {
    const context = contextOf(step, own, 'd1', known)
    return step.plan({ ...context, peer: (name) => (away.includes(name) ? undefined : context.peer(name)) })
  })
  expect(shown(changes)).toEqual(plan)
})

it('asks every machine that leaves whether its K3s runs, by which the plan goes while the API does not answer', () => {
  const desired = resetOf(['d2', 'w1'], 'd1')
  for (const name of ['d2', 'w1'])
    expect(factsOf(of(name), { recipe: reset, desired })).toContainEqual(unit(unitName(of(name))))
})

it.each([
  { what: 'a driver that stays removes the others, and does nothing else', by: 'd1', hosts: ['d1'] },
  { what: 'nobody removes the machines when no healthy driver stays', by: undefined, hosts: [] },
])('$what', ({ by, hosts }) => {
  const desired = resetOf(['d2', 'w1'], by)
  const on = (step: Step) => step.hosts(desired).map(({ name }) => name)
  expect([drain, leave].map(on)).toEqual([hosts, hosts])
  expect(on(noRestart)).toEqual(by ? ['d2'] : [])
  const others = reset.filter((step) => ![drain, noRestart, leave].includes(step))
  for (const step of others) expect(on(step)).toEqual(['d2', 'w1'])
  expect(stopK3s.needs?.(of('w1'), desired)).toEqual(hosts.map((host) => ({ step: 'leave', host })))
})

it.each([
  {
    what: 'that convecthub installed and that runs',
    answers: [...recordOf({ files: ['/usr/local/bin/k3s'] }), running('k3s.service')],
    ends: true,
  },
  { what: 'that somebody else installed', answers: [running('k3s.service')], ends: false },
  { what: 'that does not run', answers: recordOf({ files: ['/usr/local/bin/k3s'] }), ends: false },
])('keeps systemd from restarting a K3s $what: $ends', ({ answers, ends }) => {
  const plan = shown(planStep(noRestart, resetOf(['d2'], 'd1'), 'd2', { d2: answers }))
  expect(plan).toEqual(ends ? ['~ run k3s.service: do not start it again when it ends'] : [])
})
