import { expect, it } from 'vitest'
import { resetWarnings, wantsTyping } from '../../src/commands/reset-warnings.ts'
import type { Step } from '../../src/engine/step.ts'
import { node } from '../../src/facts/node.ts'
import { volumes, volumesText } from '../../src/facts/volumes.ts'
import { reset } from '../../src/recipes/reset.ts'
import { drain, leave, noRestart } from '../../src/steps/leave.ts'
import { stopK3s } from '../../src/steps/reset.ts'
import { is, recordOf, running, shown } from '../helpers/fake-facts.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { planStep } from '../helpers/plan-step.ts'
import { hostOf, testWishes } from '../helpers/test-cluster.ts'

const given = testWishes({ drivers: ['d1', 'd2', 'd3'], workers: ['w1'] })
const of = (name: string) => hostOf(given, name)
const going = (names: readonly string[], by: string | undefined) => ({
  ...given,
  leaving: { hosts: names.map(of), by: by === undefined ? undefined : of(by) },
})
const state = (ready: boolean) => ({ ready, leaving: false, labels: {}, version: '', runtime: '' })
const drained = (name: string) => `! run drain node ${name}`
const gone = (name: string, more = '') => `- run node ${name}, its password${more}`
const MEMBER = ' and its membership of etcd'

it.each<{ what: string; nodes: Record<string, boolean>; plan: string[] }>([
  { what: 'are unknown to the cluster', nodes: {}, plan: [] },
  { what: 'are a worker that is well', nodes: { w1: true }, plan: [drained('w1'), gone('w1')] },
  { what: 'are a worker that is down', nodes: { w1: false }, plan: [gone('w1')] },
  {
    what: 'are a worker, a server, and one that is down',
    nodes: { d2: true, d3: false, w1: true },
    plan: [drained('d2'), drained('w1'), gone('w1'), gone('d3', MEMBER), gone('d2', MEMBER)],
  },
])('machines that $what: $plan', ({ nodes, plan }) => {
  const d1 = Object.entries(nodes).map(([name, ready]) => is(node(name), state(ready)))
  const own = going(['d2', 'd3', 'w1'], 'd1')
  expect([drain, leave].flatMap((step) => shown(planStep(step, own, 'd1', { d1 })))).toEqual(plan)
})

it.each([
  { what: 'who stays takes them out, and nothing else is done there', by: 'd1', hosts: ['d1'] },
  { what: 'nobody is told where nobody who stays is well', by: undefined, hosts: [] },
])('$what', ({ by, hosts }) => {
  const wishes = going(['d2', 'w1'], by)
  const on = (step: Step) => step.hosts(wishes).map(({ name }) => name)
  expect([drain, leave].map(on)).toEqual([hosts, hosts])
  expect(on(noRestart)).toEqual(by ? ['d2'] : [])
  const others = reset.filter((step) => ![drain, noRestart, leave].includes(step))
  for (const step of others) expect(on(step)).toEqual(['d2', 'w1'])
  expect(stopK3s.needs?.(of('w1'), wishes)).toEqual(hosts.map((host) => ({ step: 'leave', host })))
})

const NO_DATA = { count: 0, sizeMiB: undefined }
const none = {
  hosts: [of('w1')],
  by: of('d1'),
  untold: false,
  servers: { all: 3, go: 0, well: 3 },
  data: [NO_DATA],
}

it.each([
  { what: 'a worker without data', leaving: none, says: [], typed: false },
  {
    what: 'users’ data',
    leaving: { ...none, data: [NO_DATA, { count: 2, sizeMiB: 3000 }] },
    says: [
      /^Users' data stays: 2 volumes \(2\.9 GB\) in \/var\/lib\/rancher\/k3s\/storage; --delete-data removes it\./,
    ],
    typed: false,
  },
  {
    what: 'one server of three',
    leaving: { ...none, hosts: [of('d3')], servers: { all: 3, go: 1, well: 2 } },
    says: [
      /^1 of 3 servers of the cluster go, and 2 stay: the cluster stands still when one of those fails\.$/,
    ],
    typed: false,
  },
  {
    what: 'two servers of three',
    leaving: { ...none, hosts: [of('d2'), of('d3')], servers: { all: 3, go: 2, well: 1 } },
    says: [/^2 of 3 servers of the cluster go, and 1 stays:/],
    typed: true,
  },
  {
    what: 'one server of three, of which another is down',
    leaving: { ...none, hosts: [of('d3')], servers: { all: 3, go: 1, well: 1 } },
    says: [
      /^1 of 3 servers of the cluster go, and 2 stay: of those only 1 is well, too few to go on: mend them first/,
    ],
    typed: true,
  },
  {
    what: 'a server that nobody can take out',
    leaving: { ...none, hosts: [of('d3')], by: undefined, untold: true, servers: { all: 0, go: 0, well: 0 } },
    says: [/the cluster is not told: .*k3s kubectl delete node d3$/],
    typed: true,
  },
])('a reset of $what says what it means', ({ leaving, says, typed }) => {
  const lines = resetWarnings(leaving, false)
  expect(lines).toEqual(says.map((words) => expect.stringMatching(words)))
  expect(wantsTyping(leaving)).toBe(typed)
})

it.each([
  { text: 'count 0', value: NO_DATA, words: '' },
  { text: 'count 1\nkib 1024', value: { count: 1, sizeMiB: 1 }, words: '1 volume (1 MB)' },
  { text: 'count 12\nkib 13002342', value: { count: 12, sizeMiB: 12698 }, words: '12 volumes (12.4 GB)' },
  { text: 'count 3', value: { count: 3, sizeMiB: undefined }, words: '3 volumes (of unknown size)' },
  { text: '', value: NO_DATA, words: '' },
])('reads the volumes "$text"', ({ text, value, words }) => {
  expect(parseFact(volumes, text)).toEqual(value)
  expect(volumesText([value])).toBe(words)
})

it.each([
  {
    what: 'of ours that runs',
    answers: [...recordOf({ files: ['/usr/local/bin/k3s'] }), running('k3s.service')],
    ends: true,
  },
  { what: 'of somebody else', answers: [running('k3s.service')], ends: false },
  { what: 'that does not run', answers: recordOf({ files: ['/usr/local/bin/k3s'] }), ends: false },
])('a K3s $what that leaves is not started again: $ends', ({ answers, ends }) => {
  const plan = shown(planStep(noRestart, going(['d2'], 'd1'), 'd2', { d2: answers }))
  expect(plan).toEqual(ends ? ['~ run k3s.service: do not start it again when it ends'] : [])
})
