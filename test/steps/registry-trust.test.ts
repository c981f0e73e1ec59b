import { expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import type { Desired, Step } from '../../src/engine/step.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { dockerAuthorities } from '../../src/facts/docker-authorities.ts'
import { k3sAgent } from '../../src/steps/k3s.ts'
import { trustRegistry } from '../../src/steps/registry-trust.ts'
import { type Answer, contextOf, is, NO_CLUSTER, present, recordOf, shown } from '../helpers/fake-facts.ts'
import { ociArchive } from '../helpers/oci-archive.ts'
import { answersAfter, fileText, knownOf, planStep } from '../helpers/plan-step.ts'
import {
  bundleOf,
  certificate,
  DAEMON,
  daemon,
  HUB,
  OWN_DAEMON,
  PEM,
  registryDesired,
  withoutRegistry,
} from '../helpers/registry-parts.ts'
import type { ClusterParts } from '../helpers/test-cluster.ts'

const desired = registryDesired()

/** What a step plans while d1, the machine with the registry, does not answer. */
function planAlone(step: Step, on: Desired, host: string, more: readonly Answer[] = []) {
  const context = contextOf(step, on, host, knownOf(on, { [host]: more }))
  return step.plan({ ...context, peer: (name) => (name === 'd1' ? undefined : context.peer(name)) })
}

const CA = '/etc/rancher/k3s/registry-ca.crt'
const DOCKER_CA = '/etc/docker/certs.d/10.0.0.1:5000/ca.crt'
const MIRROR = `run ${DAEMON}, so that Docker asks the image registry for docker.io's images`
const trusting = [
  present(CA, { digest: digest(PEM) }),
  is(dockerAuthorities, new Map([[DOCKER_CA, digest(PEM)]])),
  ...daemon('10.0.0.1'),
]

it.each<{ what: string; w1?: readonly Answer[]; parts?: ClusterParts; plan: string[] }>([
  { what: 'that has nothing', plan: [`+ file ${CA}`, `+ file ${DOCKER_CA}`, `+ ${MIRROR}`] },
  { what: 'that trusts it', w1: trusting, plan: [] },
  {
    what: 'whose Docker is not ours to change',
    parts: { settings: { w1: { install_docker: false } } },
    plan: [`+ file ${CA}`],
  },
  {
    what: 'with a daemon.json of its own',
    w1: [...trusting, present(DAEMON, { digest: 'theirs' })],
    plan: [],
  },
  {
    what: 'with a daemon.json of its own, and none of ours',
    w1: [...trusting, present(DAEMON, { digest: 'theirs' }), [present(OWN_DAEMON)[0], undefined]],
    plan: [],
  },
  {
    what: 'that trusts an older authority',
    w1: [...trusting, present(CA), is(dockerAuthorities, new Map([[DOCKER_CA, 'old']]))],
    plan: [`~ file ${CA}`, `~ file ${DOCKER_CA}`],
  },
  {
    what: 'that knows the registry at another address',
    w1: [
      ...trusting,
      ...recordOf({ files: [CA, '/etc/docker/certs.d/10.0.0.9:5000/ca.crt'] }),
      ...daemon('10.0.0.9'),
    ],
    plan: [`~ ${MIRROR}`, '- run /etc/docker/certs.d/10.0.0.9:5000/ca.crt'],
  },
])('lets a machine trust the registry $what: $plan', ({ w1 = [], parts, plan }) => {
  const known = { d1: [certificate()], w1 }
  expect(shown(planStep(trustRegistry, registryDesired(parts), 'w1', known))).toEqual(plan)
})

it('leaves what a machine trusts while the registry does not answer, and needs nothing of it', () => {
  expect(planAlone(trustRegistry, desired, 'w1', trusting)).toEqual([])
  expect(planAlone(trustRegistry, desired, 'w1')).toEqual([])
})

it('removes what it wrote when the inventory has no registry any more', () => {
  const w1 = [...recordOf({ files: [CA, DOCKER_CA] }), ...daemon('10.0.0.1')]
  expect(shown(planStep(trustRegistry, withoutRegistry, 'w1', { w1 }))).toEqual([
    `- run ${CA}, ${DOCKER_CA}`,
    `- run ${DAEMON}`,
  ])
  const changed = [present(DAEMON, { digest: 'theirs' }), present(OWN_DAEMON)]
  expect(shown(planStep(trustRegistry, withoutRegistry, 'w1', { w1: changed }))).toEqual([
    `- run ${OWN_DAEMON}`,
  ])
  expect(planStep(trustRegistry, withoutRegistry, 'w1')).toEqual([])
})

const REGISTRIES = '/etc/rancher/k3s/registries.yaml'
const AGENT_UNIT = 'k3s-agent.service'
const joined = is(clusterData, { ...NO_CLUSTER, version: 'v1.34.1+k3s1', server: 'https://10.0.0.1:6443' })
const installed = planStep(k3sAgent, desired, 'w1', { w1: [joined] })
const provisioned = [joined, ...answersAfter(installed), ...recordOf({ files: [REGISTRIES] })]

it('sends K3s to the registry for the images of the bundle', () => {
  expect(fileText(installed, REGISTRIES)).toBe(`# Written by convecthub.
mirrors:
  docker.io:
    endpoint:
      - https://10.0.0.1:5000
  quay.io:
    endpoint:
      - https://10.0.0.1:5000
configs:
  10.0.0.1:5000:
    tls:
      ca_file: /etc/rancher/k3s/registry-ca.crt
`)
})

const { artifact: GHCR } = await ociArchive({ name: 'ghcr.io/site/notebook:1', text: 'site' })
const { artifact: PLAIN } = await ociArchive({ name: 'docker.io/library/busybox:1', text: 'busybox' })
const RESTART = ['~ service restart k3s-agent.service', '! wait wait until the node is Ready']
const KEEP = `! run keep what ${AGENT_UNIT} runs with, in case the new does not work`
const ENV = `~ file /etc/systemd/system/${AGENT_UNIT}.env`

it.each([
  { what: 'nothing changed', on: desired, plan: [] },
  {
    what: 'an image of a known registry is new',
    on: registryDesired({}, { bundle: bundleOf(HUB, PLAIN) }),
    plan: [],
  },
  {
    what: 'an image of a new registry is new',
    on: registryDesired({}, { bundle: bundleOf(HUB, GHCR) }),
    plan: [KEEP, `~ file ${REGISTRIES}`, ENV, ...RESTART],
  },
  {
    what: 'the group is gone',
    on: withoutRegistry,
    plan: [
      KEEP,
      `- run ${REGISTRIES}, which has images taken from a registry that is not in the inventory`,
      ENV,
      ...RESTART,
    ],
  },
])('restarts K3s for its registries only when they change: $what', ({ on, plan }) => {
  expect(shown(planStep(k3sAgent, on, 'w1', { w1: provisioned }))).toEqual(plan)
})

it('neither changes nor blocks K3s while the registry does not answer', () => {
  const on = registryDesired({ drivers: ['d0'], workers: ['d1', 'w1'], registry: 'd1' })
  const server = is(clusterData, { ...NO_CLUSTER, version: 'v1.34.1+k3s1', server: 'https://10.0.0.1:6443' })
  const before = planStep(k3sAgent, on, 'w1', { w1: [server] })
  const w1 = [server, ...answersAfter(before), ...recordOf({ files: [REGISTRIES] })]
  expect(planAlone(k3sAgent, on, 'w1', w1)).toEqual([])
  expect(shown(planAlone(k3sAgent, on, 'w1', [server]))).toEqual(
    shown(before).filter((line) => line !== `+ file ${REGISTRIES}`),
  )
})
