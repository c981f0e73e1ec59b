import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ClusterData, clusterData } from '../../src/facts/cluster-data.ts'
import { node } from '../../src/facts/node.ts'
import { k3sAgent, k3sServer } from '../../src/steps/k3s.ts'
import { leadFacts, withLead } from '../../src/steps/lead.ts'
import { contextOf, fakeFacts, is, NO_CLUSTER, running } from '../helpers/fake-facts.ts'
import { fileText, knownOf } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const desired = testDesired({ drivers: ['d1', 'd2', 'd3'], workers: ['w1'] })
const MEMBER: Partial<ClusterData> = { datastore: 'etcd', role: 'driver', caHash: 'a'.repeat(64) }
const DOWN = 'down'
type Held = Partial<ClusterData> & { ready?: boolean; stopped?: true; knows?: readonly string[] }
const WELL: Held = { ...MEMBER, ready: true }
const STOPPED: Held = { ...MEMBER, stopped: true }

/** The facts of each machine; none for a machine that is down. */
function factsOf(held: Readonly<Record<string, Held | typeof DOWN>>) {
  return Object.fromEntries(
    desired.cluster.hosts.flatMap(({ name }) => {
      const own = held[name] ?? {}
      if (own === DOWN) return []
      const { ready = false, stopped, knows = [], ...data } = own
      const runs = data.datastore && !stopped
      const state = { ready, leaving: false, labels: {}, version: '', runtime: '' }
      return [
        [
          name,
          [
            is(clusterData, { ...NO_CLUSTER, ...data }),
            is(node(name), state),
            ...(runs ? [running('k3s.service')] : []),
            ...knows.map((other) => is(node(other), state)),
          ],
        ],
      ]
    }),
  )
}

function led(held: Readonly<Record<string, Held | typeof DOWN>>) {
  const facts = factsOf(held)
  return withLead(
    desired,
    new Map(
      desired.cluster.hosts.flatMap((host) => {
        const answers = facts[host.name]
        return answers ? [[host.name, fakeFacts(answers, leadFacts(host, desired.cluster))]] : []
      }),
    ),
  )
}

it.each<{ what: string; held: Record<string, Held | typeof DOWN>; lead: string }>([
  { what: 'nobody has a cluster', held: {}, lead: 'd1' },
  { what: 'the first is down and nobody has a cluster', held: { d1: DOWN }, lead: 'd1' },
  {
    what: 'all are members and only d3 is healthy',
    held: { d1: MEMBER, d2: MEMBER, d3: { ...MEMBER, ready: true } },
    lead: 'd3',
  },
  { what: 'the first has no data', held: { d2: MEMBER, d3: { ...MEMBER, ready: true } }, lead: 'd3' },
  { what: 'the first is down', held: { d1: DOWN, d2: { ...MEMBER, ready: true }, d3: MEMBER }, lead: 'd2' },
  { what: 'none is healthy', held: { d2: MEMBER, d3: MEMBER }, lead: 'd2' },
])('when $what, $lead leads', ({ held, lead }) => {
  expect(led(held).cluster.lead.name).toBe(lead)
})

it.each<{ what: string; held: Record<string, Held | typeof DOWN>; rounds: string }>([
  { what: 'new machines', held: {}, rounds: 'd1, d2, d3' },
  { what: 'a healthy cluster', held: { d1: WELL, d2: WELL, d3: WELL }, rounds: 'd1, d2, d3' },
  { what: 'a new driver in the first line', held: { d2: WELL, d3: WELL }, rounds: 'd2, d1, d3' },
  { what: 'one running but not Ready', held: { d1: WELL, d2: WELL, d3: MEMBER }, rounds: 'd3, d1, d2' },
  { what: 'one stopped', held: { d1: WELL, d2: STOPPED, d3: WELL }, rounds: 'd2, d1, d3' },
  { what: 'all stopped', held: { d1: STOPPED, d2: STOPPED, d3: STOPPED }, rounds: 'd1 d2 d3' },
  // running servers may still serve somebody, so they change one by one
  { what: 'all running but not Ready', held: { d1: MEMBER, d2: MEMBER, d3: MEMBER }, rounds: 'd1, d2, d3' },
  { what: 'one of each', held: { d1: MEMBER, d2: WELL, d3: STOPPED }, rounds: 'd3, d1, d2' },
  {
    what: 'one down that the cluster knows',
    held: { d1: { ...WELL, knows: ['d3'] }, d2: WELL, d3: DOWN },
    rounds: 'd3, d1, d2',
  },
  {
    what: 'one down that never joined',
    held: { d1: WELL, d2: WELL, d3: DOWN },
    rounds: 'd1, d2, d3',
  },
])('servers change in the rounds $rounds: $what', ({ held, rounds }) => {
  const names = led(held).cluster.rounds.map((round) => round.map(({ name }) => name).join(' '))
  expect(names.join(', ')).toBe(rounds)
})

/** The server, cluster-init and start of the token in the files that a machine gets. */
function joins(host: string, held: Readonly<Record<string, Held | typeof DOWN>>) {
  const own = led(held)
  const known = knownOf(own, factsOf(held))
  const step = host === 'w1' ? k3sAgent : k3sServer
  const away = Object.keys(held).filter((name) => held[name] === DOWN)
  const context = contextOf(step, own, host, known)
  const plan = step.plan({
    ...context,
    peer: (name) => (away.includes(name) ? undefined : context.peer(name)),
  })
  const config = parse(fileText(plan, '/etc/rancher/k3s/config.yaml'))
  const token = fileText(plan, '/etc/rancher/k3s/token')
  return { server: config.server, init: config['cluster-init'], token: token.slice(0, 4) }
}
const url = (number: number) => `https://10.0.0.${number}:6443`

it.each<{
  what: string
  host: string
  held: Record<string, Held | typeof DOWN>
  server?: string
  init?: true
}>([
  { what: 'the first driver of new machines founds the cluster', host: 'd1', held: {}, init: true },
  { what: 'the founder keeps cluster-init', host: 'd1', held: { d1: MEMBER, d2: WELL }, init: true },
  { what: 'a new first driver joins', host: 'd1', held: { d2: WELL, d3: WELL }, server: url(2) },
  {
    what: 'a new worker joins through a healthy driver',
    host: 'w1',
    held: { d1: DOWN, d2: WELL },
    server: url(2),
  },
  {
    what: 'a worker keeps a server that is down',
    host: 'w1',
    held: { d1: DOWN, d2: WELL, w1: { role: 'worker', server: 'https://192.168.7.1:6443' } },
    server: 'https://192.168.7.1:6443',
  },
  {
    what: 'a worker keeps a server that is not the lead',
    host: 'w1',
    held: { d1: WELL, d2: WELL, w1: { role: 'worker', server: url(2) } },
    server: url(2),
  },
  {
    what: 'a worker gets a new server when its own is no longer a driver',
    host: 'w1',
    held: { d1: WELL, d2: WELL, d3: WELL, w1: { role: 'worker', server: url(9) } },
    server: url(1),
  },
])('$what', ({ host, held, server, init }) => {
  const token = server === undefined ? 'top-' : 'K10a'
  expect(joins(host, held)).toEqual({ server, init, token })
})
