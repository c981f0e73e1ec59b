import { expect, it } from 'vitest'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { node } from '../../src/facts/node.ts'
import { type Leaving, leaving, leavingWarnings, wantsTyping } from '../../src/recipes/leaving.ts'
import { type Answer, fakeFacts, is, NO_CLUSTER } from '../helpers/fake-facts.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

const given = testDesired({ drivers: ['d1', 'd2', 'd3'], workers: ['w1'] })
const of = (name: string) => hostOf(given, name)
const NO_DATA = { count: 0, sizeMiB: undefined }
const none = {
  hosts: [of('w1')],
  by: of('d1'),
  untold: false,
  orphans: [],
  servers: { all: 3, go: 0, healthy: 3 },
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
    leaving: { ...none, hosts: [of('d3')], servers: { all: 3, go: 1, healthy: 2 } },
    says: [
      /^1 of 3 servers of the cluster go, and 2 stay: the cluster stands still when one of those fails\.$/,
    ],
    typed: false,
  },
  {
    what: 'two servers of three',
    leaving: { ...none, hosts: [of('d2'), of('d3')], servers: { all: 3, go: 2, healthy: 1 } },
    says: [/^2 of 3 servers of the cluster go, and 1 stays:/],
    typed: true,
  },
  {
    what: 'one server of three, of which another is down',
    leaving: { ...none, hosts: [of('d3')], servers: { all: 3, go: 1, healthy: 1 } },
    says: [
      /^1 of 3 servers of the cluster go, and 2 stay: of those only 1 is well, too few to go on: repair them first/,
    ],
    typed: true,
  },
  {
    what: 'a server when no healthy driver stays',
    leaving: {
      ...none,
      hosts: [of('d3')],
      by: undefined,
      untold: true,
      servers: { all: 0, go: 0, healthy: 0 },
    },
    says: [/the cluster is not told: .*k3s kubectl delete node d3$/],
    typed: true,
  },
  {
    what: 'all servers but not their worker',
    leaving: { ...none, hosts: ['d1', 'd2', 'd3'].map(of), by: undefined, orphans: [of('w1')] },
    says: [/^All servers of the cluster go, and with them the cluster: w1 stays without one\.$/],
    typed: true,
  },
])('warns of the consequences of a reset of $what', ({ leaving, says, typed }) => {
  const lines = leavingWarnings(leaving, false)
  expect(lines).toEqual(says.map((words) => expect.stringMatching(words)))
  expect(wantsTyping(leaving)).toBe(typed)
})

const holds = is(clusterData, { ...NO_CLUSTER, datastore: 'etcd' })
const well = (name: string) =>
  is(node(name), { ready: true, leaving: false, labels: {}, version: '', runtime: '' })
const MEMBERS = [holds, well('d1'), well('d2'), well('d3')]

it.each<{
  what: string
  go: readonly string[]
  answers: Readonly<Record<string, readonly Answer[]>>
  is: Partial<Omit<Leaving, 'hosts' | 'by' | 'orphans'>> & { by?: string; orphans?: readonly string[] }
}>([
  {
    what: 'a server leaves a healthy cluster',
    go: ['d3'],
    answers: { d1: MEMBERS, d2: MEMBERS, d3: MEMBERS },
    is: { by: 'd1', servers: { all: 3, go: 1, healthy: 2 } },
  },
  {
    what: 'no driver that stays is healthy',
    go: ['d3'],
    answers: { d1: [holds], d2: [], d3: [holds] },
    is: { untold: true },
  },
  {
    what: 'a driver that stays does not answer',
    go: ['d3'],
    answers: { d2: [], d3: [] },
    is: { untold: true },
  },
  { what: 'nobody has a cluster', go: ['d1', 'd2', 'd3'], answers: { d1: [], d2: [], d3: [] }, is: {} },
  {
    what: 'all servers go',
    go: ['d1', 'd2', 'd3'],
    answers: { d1: [holds], d2: [], d3: [] },
    is: { orphans: ['w1'] },
  },
  {
    what: 'a driver that goes does not answer',
    go: ['d1', 'd2', 'd3'],
    answers: { d2: [], d3: [] },
    is: { orphans: ['w1'] },
  },
])('reads from the facts that $what', ({ go, answers, is: wanted }) => {
  const facts = new Map(Object.entries(answers).map(([name, list]) => [name, fakeFacts(list)]))
  const { by, orphans, untold, servers } = leaving(given, go.map(of), facts)
  expect({ by: by?.name, orphans: orphans.map(({ name }) => name), untold, servers }).toEqual({
    by: undefined,
    orphans: [],
    untold: false,
    servers: { all: 0, go: 0, healthy: 0 },
    ...wanted,
  })
})
