import { expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { type ClusterData, clusterData } from '../../src/facts/cluster-data.ts'
import { type NodeState, node as nodeFact } from '../../src/facts/node.ts'
import { volumes } from '../../src/facts/volumes.ts'
import { withLead } from '../../src/steps/lead.ts'
import { preflight } from '../../src/steps/preflight.ts'
import { contextOf, fakeFacts, is, NO_CLUSTER } from '../helpers/fake-facts.ts'
import { knownOf } from '../helpers/plan-step.ts'
import { type ClusterParts, TOKEN, testBundle, testDesired } from '../helpers/test-cluster.ts'

const CA = 'a'.repeat(64)

/** A healthy member of a cluster that was founded with our token. */
const MEMBER: Partial<ClusterData> = {
  datastore: 'etcd',
  caHash: CA,
  tokenDigest: digest(TOKEN),
  version: 'v1.34.1+k3s1',
}
const AGENT: Partial<ClusterData> = { role: 'worker', version: 'v1.34.1+k3s1' }
const READY: NodeState = { ready: true, leaving: false, labels: {}, version: 'v1.34.1+k3s1', runtime: '' }
const ADDRESS = { d1: '10.0.0.1' }

/** The findings of preflight when the machines have this data, as "id host: message"; those `away` do not answer. */
function found(
  holds: Record<string, Partial<ClusterData>>,
  parts: ClusterParts,
  away: string[] = [],
  nodes: readonly string[] = [],
  upgrade = false,
): string[] {
  const given = testDesired(parts, { bundle: testBundle('v1.34.1+k3s1'), upgrade })
  const more = Object.fromEntries(
    Object.entries(holds).map(([name, data]) => [
      name,
      [is(clusterData, { ...NO_CLUSTER, ...data }), ...nodes.map((node) => is(nodeFact(node), READY))],
    ]),
  )
  const known = knownOf(given, more)
  const answers = given.cluster.hosts.flatMap(({ name }) =>
    away.includes(name) ? [] : [[name, fakeFacts(known[name] ?? [])] as const],
  )
  const desired = withLead(given, new Map(answers))
  const hosts = desired.cluster.hosts.filter(({ name }) => !away.includes(name))
  const contexts = hosts.map(({ name }) => contextOf(preflight, desired, name, known))
  return (preflight.check?.(contexts) ?? []).map(({ id, host, message }) => `${id} ${host}: ${message}`)
}

const ONE: ClusterParts = { drivers: ['d1'], workers: ['w1'] }
const TWO: ClusterParts = { drivers: ['d1', 'd2'], workers: ['w1'] }

it.each<{ what: string; holds: Record<string, Partial<ClusterData>>; parts: ClusterParts; away?: string[] }>([
  { what: 'new machines', holds: {}, parts: TWO },
  { what: 'a K3s that never ran', holds: { d1: { version: 'v1.21.3+k3s1' } }, parts: ONE },
  { what: 'a healthy cluster', holds: { d1: MEMBER, d2: MEMBER, w1: AGENT }, parts: TWO },
  { what: 'a new driver', holds: { d1: MEMBER }, parts: TWO },
  { what: 'a new driver, listed above the founder', holds: { d2: MEMBER }, parts: TWO },
  {
    what: 'a driver that does not answer, when the first one has the cluster',
    holds: { d1: MEMBER },
    parts: TWO,
    away: ['d2'],
  },
  { what: 'one driver with sqlite', holds: { d1: { ...MEMBER, datastore: 'sqlite' } }, parts: ONE },
  {
    what: 'sqlite that K3s migrates to etcd by itself',
    holds: { d1: { ...MEMBER, datastore: 'sqlite' } },
    parts: TWO,
  },
])('accepts $what', ({ holds, parts, away }) => {
  expect(found(holds, parts, away)).toEqual([])
})

it.each<{
  what: string
  holds: Record<string, Partial<ClusterData>>
  parts: ClusterParts
  away?: string[]
  says: RegExp
}>([
  {
    what: 'founding a cluster while a driver does not answer',
    holds: {},
    parts: TWO,
    away: ['d2'],
    says: /^founder d1: the cluster cannot be founded: d2 did not answer, and may hold one already$/,
  },
  {
    what: 'drivers of two clusters',
    holds: { d1: MEMBER, d2: { ...MEMBER, caHash: 'b'.repeat(64) } },
    parts: TWO,
    says: /^two-clusters d2: it holds another cluster than d1$/,
  },
  {
    what: 'drivers of two clusters, when the first has no CA hash',
    holds: {
      d1: { datastore: 'etcd', tokenDigest: digest(TOKEN) },
      d2: MEMBER,
      d3: { ...MEMBER, caHash: 'b'.repeat(64) },
    },
    parts: { drivers: ['d1', 'd2', 'd3'], workers: ['w1'] },
    says: /^two-clusters d3: it holds another cluster than d2$/,
  },
  {
    what: 'another token',
    holds: { d1: { ...MEMBER, tokenDigest: digest('another') } },
    parts: ONE,
    says: /^token d1: its cluster was founded with another convect_token$/,
  },
  {
    what: 'a worker that was a driver',
    holds: { d1: MEMBER, w1: { role: 'driver' } },
    parts: ONE,
    says: /^role w1: K3s is set up as a server there, and the inventory wants an agent$/,
  },
  {
    what: 'a real bundle for the lab’s stand-ins',
    holds: { d1: { ...MEMBER, standIn: true } },
    parts: ONE,
    says: /^stand-in d1: the stand-ins of the lab run there, and the bundle is a real one$/,
  },
  {
    what: 'an old K3s that cannot migrate sqlite to etcd, and would be replaced',
    holds: { d1: { ...MEMBER, datastore: 'sqlite', version: 'v1.21.3+k3s1' } },
    parts: TWO,
    says: /^datastore d1: .*\nk3s-version d1: K3s v1.21.3\+k3s1 is there, and the bundle has v1.34.1\+k3s1$/m,
  },
])('refuses $what', ({ holds, parts, away, says }) => {
  expect(found(holds, parts, away).join('\n')).toMatch(says)
})

it('refuses a member of etcd whose address has changed, but not one with additional addresses', () => {
  const desired = testDesired(TWO)
  const at = (nodeIp: string) => {
    const d1 = [
      is(clusterData, { ...NO_CLUSTER, ...MEMBER, nodeIp }),
      is(addresses, { interfaces: new Map([['eth0', [ADDRESS.d1, '10.9.9.9']]]), defaultInterface: 'eth0' }),
    ]
    const known = knownOf(desired, { d1, d2: [is(clusterData, { ...NO_CLUSTER, ...MEMBER })] })
    const contexts = ['d1', 'd2'].map((name) => contextOf(preflight, desired, name, known))
    return (preflight.check?.(contexts) ?? []).filter(({ id }) => id === 'member-address')
  }
  expect(at(ADDRESS.d1)).toEqual([])
  expect(at('10.0.0.77')).toMatchObject([
    { host: 'd1', level: 'error', message: 'it is a member of etcd at 10.0.0.77, and would be at 10.0.0.1' },
  ])
})

it.each([
  { what: 'driver', lost: 'd1', is: 'a server and member' },
  { what: 'worker', lost: 'w1', is: 'a node' },
])('refuses a reinstalled $what until its old node is removed', ({ lost, is: what }) => {
  const holds = { d1: MEMBER, d2: MEMBER, d3: { ...MEMBER, role: 'driver' as const }, w1: AGENT, [lost]: {} }
  const parts = { drivers: ['d1', 'd2', 'd3'], workers: ['w1'] }
  const roles = { ...holds, d1: { ...holds.d1, ...(lost !== 'd1' && { role: 'driver' as const }) } }
  const all = { ...roles, d2: { ...MEMBER, role: 'driver' as const } }
  expect(found(all, parts, [], ['d1', 'd2', 'd3', 'w1'])).toEqual([
    `lost-node ${lost}: it holds nothing of the cluster, and the cluster still has ${what} by its name`,
  ])
})

it.each<{ from: string; fresh?: string; upgrade: boolean; refused: string[] }>([
  { from: 'v1.34.1+k3s1', upgrade: false, refused: [] },
  { from: 'v1.33.5+k3s1', upgrade: false, refused: ['d1', 'd2', 'w1'] },
  { from: 'v1.33.5+k3s1', upgrade: true, refused: [] },
  { from: 'v1.32.9+k3s1', upgrade: true, refused: ['d1', 'd2', 'w1'] },
  { from: 'v1.35.0+k3s1', upgrade: true, refused: ['d1', 'd2', 'w1'] },
  // a new machine is measured by the lead's version: no agent may be newer than its server
  { from: 'v1.33.5+k3s1', fresh: 'w1', upgrade: false, refused: ['d1', 'd2', 'w1'] },
])('a bundle with v1.34.1+k3s1 for a cluster of $from, --upgrade $upgrade: refused on $refused', (row) => {
  const { from: version, fresh, upgrade, refused } = row
  const all = { d1: { ...MEMBER, version }, d2: { ...MEMBER, version }, w1: { ...AGENT, version } }
  const says = found({ ...all, ...(fresh && { [fresh]: {} }) }, TWO, [], [], upgrade)
  expect(says).toEqual(
    refused.map((host) => `k3s-version ${host}: K3s ${version} is there, and the bundle has v1.34.1+k3s1`),
  )
})

it('refuses the lab’s stand-ins for a cluster with a real K3s', () => {
  const desired = testDesired(ONE, { bundle: { ...testBundle(), standIn: true } })
  const known = knownOf(desired, { d1: [is(clusterData, { ...NO_CLUSTER, ...MEMBER })] })
  const found = preflight.check?.([contextOf(preflight, desired, 'd1', known)]) ?? []
  expect(found).toMatchObject([
    {
      id: 'stand-in',
      level: 'error',
      message: "a real K3s is there, and the bundle holds the lab's stand-ins",
    },
  ])
})

it.each([
  { what: 'that is in no cluster', role: undefined, told: ['warning'] },
  { what: 'that is in the cluster', role: 'worker' as const, told: [] },
])('warns about users’ data of an earlier cluster on a machine $what: $told', ({ role, told }) => {
  const desired = testDesired(ONE)
  const w1 = [is(clusterData, { ...NO_CLUSTER, role }), is(volumes, { count: 3, sizeMiB: 5000 })]
  const contexts = [contextOf(preflight, desired, 'w1', knownOf(desired, { w1 }))]
  const found = (preflight.check?.(contexts) ?? []).filter(({ id }) => id === 'kept-data')
  expect(found.map(({ level }) => level)).toEqual(told)
  for (const { message } of found)
    expect(message).toBe('3 volumes (4.9 GB) of an earlier cluster are in /var/lib/rancher/k3s/storage')
})

it('refuses a machine whose removal was not completed', () => {
  const desired = testDesired(ONE)
  const d1 = [
    is(clusterData, { ...NO_CLUSTER, ...MEMBER, role: 'driver' as const }),
    is(nodeFact('d1'), READY),
    is(nodeFact('w1'), { ...READY, ready: false, leaving: true }),
  ]
  const known = knownOf(desired, { d1, w1: [is(clusterData, { ...NO_CLUSTER, ...AGENT })] })
  const contexts = ['d1', 'w1'].map((name) => contextOf(preflight, desired, name, known))
  expect(preflight.check?.(contexts)).toMatchObject([
    { id: 'leaving-node', host: 'w1', hint: expect.stringContaining('reset --limit w1') },
  ])
})
