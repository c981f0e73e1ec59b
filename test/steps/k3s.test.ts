import { expect, it } from 'vitest'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { unit } from '../../src/facts/unit.ts'
import { k3sAgent, k3sServer } from '../../src/steps/k3s.ts'
import { type Answer, is, NO_CLUSTER, present, recordOf, shown } from '../helpers/fake-facts.ts'
import { answersAfter, planStep } from '../helpers/plan-step.ts'
import { artifact, testBundle, testDesired } from '../helpers/test-cluster.ts'

const CONFIG = '/etc/rancher/k3s/config.yaml'
const TOKEN = '/etc/rancher/k3s/token'
const SERVER = '/etc/systemd/system/k3s.service'
const desired = testDesired({ drivers: ['d1', 'd2'], workers: ['w1'] })

it.each([
  {
    what: 'the founder',
    step: k3sServer,
    host: 'd1',
    plan: [
      `+ file ${CONFIG}`,
      `+ file ${TOKEN}`,
      '+ file /etc/rancher/k3s/agent-token',
      `+ file ${SERVER}`,
      `+ file ${SERVER}.env`,
      '! service start k3s.service',
      '! wait wait until the Kubernetes API answers',
    ],
  },
  {
    what: 'a worker',
    step: k3sAgent,
    host: 'w1',
    plan: [
      `+ file ${CONFIG}`,
      `+ file ${TOKEN}`,
      '+ file /etc/systemd/system/k3s-agent.service',
      '+ file /etc/systemd/system/k3s-agent.service.env',
      '! service start k3s-agent.service',
    ],
  },
])('installs all of K3s on an empty machine: $what', ({ step, host, plan }) => {
  expect(shown(planStep(step, desired, host))).toEqual(plan)
})

const PROVISIONED = [
  { step: k3sServer, host: 'd1' },
  { step: k3sServer, host: 'd2' },
  { step: k3sAgent, host: 'w1' },
]
const before = Object.fromEntries(
  PROVISIONED.map(({ step, host }) => [
    host,
    [
      ...answersAfter(planStep(step, desired, host)),
      is(clusterData, { ...NO_CLUSTER, version: 'v1.34.1+k3s1' }),
    ],
  ]),
)

it.each(PROVISIONED)('changes nothing on $host when it is provisioned', ({ step, host }) => {
  expect(planStep(step, desired, host, before)).toEqual([])
})

const gone = (path: string): Answer => [present(path)[0], undefined]
const stateOf = (more: object) =>
  is(unit('k3s.service'), { loaded: true, active: 'active', enabled: true, inputs: 'other', ...more })
const inputs = before.d1?.find(([fact]) => fact.key === 'k3s.service')?.[1] as { inputs: string }
const RESTART = [
  '~ service restart k3s.service',
  '! wait wait until the Kubernetes API answers',
  '! wait wait until the node is Ready',
]
const KEEP = '! run keep what k3s.service runs with, in case the new does not work'
const START = ['! service start k3s.service', '! wait wait until the Kubernetes API answers']

it.each<{ what: string; drift: Answer; plan: string[] }>([
  { what: 'a changed file', drift: present(CONFIG), plan: [KEEP, `~ file ${CONFIG}`, ...RESTART] },
  { what: 'a missing file', drift: gone(TOKEN), plan: [KEEP, `+ file ${TOKEN}`, ...RESTART] },
  {
    what: 'a readable token',
    drift: present(TOKEN, { mode: '644' }),
    plan: [KEEP, `~ file ${TOKEN}`, ...RESTART],
  },
  { what: 'a process from other inputs', drift: stateOf({}), plan: RESTART },
  {
    what: 'a process without inputs in its environment',
    drift: stateOf({ inputs: undefined }),
    plan: RESTART,
  },
  {
    what: 'a stopped unit',
    drift: stateOf({ ...inputs, active: 'inactive', inputs: undefined }),
    plan: START,
  },
  { what: 'a failed unit', drift: stateOf({ ...inputs, active: 'failed', inputs: undefined }), plan: START },
  {
    what: 'a unit that is not enabled',
    drift: stateOf({ ...inputs, enabled: false }),
    plan: ['~ run enable k3s.service, to start with the machine'],
  },
  {
    what: 'a unit that an abandoned reset keeps from restarting',
    drift: present('/run/systemd/system/k3s.service.d/convecthub.conf'),
    plan: ['~ run k3s.service: start it again when it ends'],
  },
  {
    what: 'a unit that is just starting',
    drift: stateOf({ ...inputs, active: 'activating' }),
    plan: ['! wait wait until the Kubernetes API answers'],
  },
])('corrects $what, and changes nothing else', ({ drift, plan }) => {
  const d1 = [...(before.d1 ?? []), drift]
  expect(shown(planStep(k3sServer, desired, 'd1', { d1 }))).toEqual(plan)
})

it.each([
  { what: 'within a minor version', to: 'v1.34.2+k3s1', keeps: true },
  // the older K3s cannot use the datastore once the newer one has
  { what: 'to the next minor version', to: 'v1.35.0+k3s1', keeps: false },
])('keeps the old files in an upgrade $what: $keeps', ({ to, keeps }) => {
  const bundle = { ...testBundle(), files: [artifact('k3s-new', { version: to })] }
  const d1 = [...(before.d1 ?? []), present('/usr/local/bin/k3s')]
  const plan = shown(planStep(k3sServer, { ...desired, bundle, upgrade: true }, 'd1', { d1 }))
  expect(plan).toEqual([
    ...(keeps ? [KEEP] : []),
    `~ run /usr/local/bin/k3s, now ${to}`,
    `~ file ${SERVER}.env`,
    ...RESTART,
  ])
})

it('copies a sqlite database before an upgrade', () => {
  const bundle = { ...testBundle(), files: [artifact('k3s-new', { version: 'v1.35.0+k3s1' })] }
  const data = is(clusterData, { ...NO_CLUSTER, datastore: 'sqlite', version: 'v1.34.1+k3s1' })
  const d1 = [...(before.d1 ?? []), present('/usr/local/bin/k3s'), data]
  const [first, second] = planStep(k3sServer, { ...desired, bundle, upgrade: true }, 'd1', { d1 })
  expect(shown(first ? [first] : [])).toEqual([
    '+ run stop k3s.service and copy what the cluster holds to /var/lib/rancher/k3s/server/db-of-v1.34.1+k3s1-TIME',
  ])
  expect(second?.title).toBe('/usr/local/bin/k3s, now v1.35.0+k3s1')
})

const REGISTRIES = '/etc/rancher/k3s/registries.yaml'
it.each([
  {
    what: 'removes a registries.yaml of an earlier version',
    more: [present(REGISTRIES), ...recordOf({ files: [REGISTRIES] })],
    plan: [
      KEEP,
      `- run ${REGISTRIES}, which has images taken from a registry that is not in the inventory`,
      ...RESTART,
    ],
  },
  { what: 'keeps a registries.yaml of somebody else', more: [present(REGISTRIES)], plan: [] },
])('$what', ({ more, plan }) => {
  const d1 = [...(before.d1 ?? []), ...more]
  expect(shown(planStep(k3sServer, desired, 'd1', { d1 }))).toEqual(plan)
})

it.each([
  { what: 'another K3s', desired: { ...desired, bundle: testBundle('v1.34.2+k3s1') }, restarts: false },
  {
    what: 'another K3s binary',
    desired: {
      ...desired,
      bundle: { ...testBundle(), files: [artifact('k3s-new', { version: 'v1.34.1+k3s1' })] },
    },
    restarts: true,
  },
  {
    what: 'other images',
    desired: { ...desired, bundle: testBundle(undefined, [artifact('x.tar', { kind: 'images' })]) },
  },
  { what: 'other ports', desired: { ...desired, cluster: { ...desired.cluster, httpPort: 9000 } } },
  { what: 'other JupyterHub values', desired: { ...desired, jhubConfig: 'a: 1' } },
])('$what of the same content restarts K3s: $restarts', ({ desired: other, restarts = false }) => {
  const plan = shown(planStep(k3sServer, other, 'd1', before))
  expect(plan.some((line) => line.includes('restart'))).toBe(restarts)
  if (!restarts) expect(plan).toEqual([])
})
