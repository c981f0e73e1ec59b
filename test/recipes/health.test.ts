import { expect, it } from 'vitest'
import type { Facts } from '../../src/facts/fact.ts'
import { type NodeState, node } from '../../src/facts/node.ts'
import { release } from '../../src/facts/release.ts'
import { type Check, health } from '../../src/recipes/health.ts'
import { type Answer, fakeFacts, is, page } from '../helpers/fake-facts.ts'
import { testCluster } from '../helpers/test-cluster.ts'

const DEPLOYED = { status: 'deployed', description: 'Install complete', revision: 3 }

const nodeOf = (name: string, more: Partial<NodeState> = {}): Answer =>
  is(node(name), {
    ready: true,
    leaving: false,
    labels: {},
    version: 'v1.34.1+k3s1',
    runtime: 'containerd://2.1.4',
    ...more,
  })

/** The facts of the lead of a healthy cluster. */
const WELL = [
  nodeOf('d1'),
  nodeOf('w1'),
  is(release, DEPLOYED),
  page('http', 80, 200),
  page('https', 443, 200),
]

const READY = 'Ready, v1.34.1+k3s1, containerd://2.1.4'

const ALL_WELL: readonly Check[] = [
  { what: 'node d1', healthy: true, detail: READY },
  { what: 'node w1', healthy: true, detail: READY },
  { what: 'release convecthub', healthy: true, detail: 'deployed, revision 3' },
  { what: 'login page http:80', healthy: true, detail: 'HTTP 200, titled "JupyterHub"' },
  { what: 'login page https:443', healthy: true, detail: 'HTTP 200, titled "JupyterHub"' },
]

/** The checks for these facts; the lead's own node has the same state as in the lead's facts of all nodes. */
function healthOf(lead: readonly Answer[], worker?: readonly Answer[]): Check[] {
  const facts = new Map<string, Facts>([['d1', fakeFacts([...WELL, ...lead])]])
  if (worker) facts.set('w1', fakeFacts(worker))
  return health(testCluster(), fakeFacts([...WELL, ...lead]), facts)
}

it.each([
  { what: 'everything answers', lead: [], worker: [nodeOf('w1')] },
  { what: 'a worker did not answer, and the cluster sees it ready', lead: [], worker: undefined },
])('healthy: $what', ({ lead, worker }) => {
  expect(healthOf(lead, worker)).toEqual(ALL_WELL)
})

it.each<{ what: string; lead?: readonly Answer[]; worker?: readonly Answer[]; wrong: readonly Check[] }>([
  {
    what: 'the cluster has never seen a host',
    lead: [is(node('w1'), undefined)],
    wrong: [{ what: 'node w1', healthy: false, detail: 'not in the cluster' }],
  },
  {
    what: 'the cluster says that a node is not ready',
    lead: [nodeOf('w1', { ready: false })],
    worker: [nodeOf('w1')],
    wrong: [{ what: 'node w1', healthy: false, detail: 'NotReady, v1.34.1+k3s1, containerd://2.1.4' }],
  },
  {
    what: 'a stopped reset has drained a ready node',
    lead: [nodeOf('w1', { labels: { 'convecthub/drained': 'true' } })],
    wrong: [
      {
        what: 'node w1',
        healthy: false,
        detail:
          'Ready, but a reset that was stopped has drained it: it takes no pods, v1.34.1+k3s1, containerd://2.1.4',
      },
    ],
  },
  {
    what: 'the K3s of a ready node is dead',
    worker: [],
    wrong: [
      {
        what: 'node w1',
        healthy: false,
        detail: 'NotReady: K3s does not answer there, v1.34.1+k3s1, containerd://2.1.4',
      },
    ],
  },
  {
    what: 'the K3s of a ready node was restarted and has sent no heartbeat yet',
    worker: [nodeOf('w1', { ready: false })],
    wrong: [
      {
        what: 'node w1',
        healthy: false,
        detail:
          'NotReady: its kubelet has not been heard since K3s was started there, v1.34.1+k3s1, containerd://2.1.4',
      },
    ],
  },
  {
    what: 'nobody has installed the release',
    lead: [is(release, undefined)],
    wrong: [{ what: 'release convecthub', healthy: false, detail: 'not there' }],
  },
  {
    what: 'the release failed',
    lead: [is(release, { ...DEPLOYED, status: 'failed', description: 'timed out' })],
    wrong: [{ what: 'release convecthub', healthy: false, detail: 'failed, revision 3, timed out' }],
  },
  {
    what: 'a port does not answer',
    lead: [page('http', 80, 0)],
    wrong: [{ what: 'login page http:80', healthy: false, detail: 'no answer' }],
  },
  {
    what: 'a port answers with an error',
    lead: [page('https', 443, 503)],
    wrong: [{ what: 'login page https:443', healthy: false, detail: 'HTTP 503, titled "JupyterHub"' }],
  },
])('unhealthy: $what', ({ lead = [], worker = [nodeOf('w1')], wrong }) => {
  const checks = healthOf(lead, worker)
  expect(checks.filter(({ healthy }) => !healthy)).toEqual(wrong)
  expect(checks.map(({ what }) => what)).toEqual(ALL_WELL.map(({ what }) => what))
})

it('accepts the redirect of an authenticator as a login page', () => {
  const [, , , http] = healthOf([page('http', 80, 302)])
  expect(http).toMatchObject({ healthy: true, detail: 'HTTP 302, titled "JupyterHub"' })
})

it('checks the login pages on the ports of the cluster', () => {
  const cluster = testCluster({ workers: [], httpPort: 8080, httpsPort: 8443 })
  const lead = fakeFacts([nodeOf('d1'), is(release, DEPLOYED)])
  expect(health(cluster, lead, new Map()).map(({ what }) => what)).toEqual([
    'node d1',
    'release convecthub',
    'login page http:8080',
    'login page https:8443',
  ])
})
