import { expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import type { Desired, Step } from '../../src/engine/step.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { command } from '../../src/facts/command.ts'
import { dockerAuthorities } from '../../src/facts/docker-authorities.ts'
import { type RegistryCertificate, registryCertificate } from '../../src/facts/registry-certificate.ts'
import { registryStore } from '../../src/facts/registry-store.ts'
import { system } from '../../src/facts/system.ts'
import { k3sAgent } from '../../src/steps/k3s.ts'
import { registry, stopRegistry } from '../../src/steps/registry.ts'
import { makeCertificate } from '../../src/steps/registry-certificate.ts'
import { registryImages } from '../../src/steps/registry-images.ts'
import { trustRegistry } from '../../src/steps/registry-trust.ts'
import {
  type Answer,
  ASKED_AT,
  contextOf,
  is,
  NO_CLUSTER,
  present,
  recordOf,
  running,
  shown,
  systemOf,
} from '../helpers/fake-facts.ts'
import { ociArchive } from '../helpers/oci-archive.ts'
import { answersAfter, fileText, knownOf, planStep } from '../helpers/plan-step.ts'
import { artifact, type ClusterParts, testBundle, testDesired } from '../helpers/test-cluster.ts'

const { artifact: HUB } = await ociArchive({ name: 'quay.io/jupyterhub/k8s-hub:4.4.0', text: 'hub' })
const PROGRAM = artifact('registry-amd64', { kind: 'registry', size: 24_000_000 })
const bundleOf = (...more: ReturnType<typeof artifact>[]) => ({
  ...testBundle(),
  files: [artifact('k3s', { version: 'v1.34.1+k3s1' }), PROGRAM, ...more],
})
const desiredOf = (parts: ClusterParts = {}, more: Partial<Desired> = {}) =>
  testDesired({ registry: 'd1', ...parts }, { bundle: bundleOf(HUB), ...more })
const desired = desiredOf()
const without = testDesired({}, { bundle: bundleOf(HUB) })

const YEAR = 365 * 24 * 3_600_000
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const certificate = (more: Partial<RegistryCertificate> = {}) =>
  is(registryCertificate, {
    authority: { pem: PEM, until: ASKED_AT + 9 * YEAR },
    server: { names: 'IP Address:10.0.0.1, DNS:d1', until: ASKED_AT + 9 * YEAR, signed: true },
    ...more,
  })
const server = { names: 'IP Address:10.0.0.1, DNS:d1', until: ASKED_AT + 9 * YEAR, signed: true }

/** What a step plans while d1, the machine with the registry, does not answer. */
function planAlone(step: Step, on: Desired, host: string, more: readonly Answer[] = []) {
  const context = contextOf(step, on, host, knownOf(on, { [host]: more }))
  return step.plan({ ...context, peer: (name) => (name === 'd1' ? undefined : context.peer(name)) })
}

const AUTHORITY =
  '+ run an authority for the certificate of the image registry (/var/lib/convecthub/registry/ca.pem)'
const SERVER =
  '+ run a certificate of the image registry for d1 and 10.0.0.1 (/var/lib/convecthub-registry/server.pem)'

it.each([
  { what: 'is none', facts: { authority: undefined, server: undefined }, plan: [AUTHORITY, SERVER] },
  { what: 'is a good one', facts: {}, plan: [] },
  { what: 'is only an authority', facts: { server: undefined }, plan: [SERVER] },
  {
    what: 'is one for another address',
    facts: { server: { ...server, names: 'IP Address:10.0.0.11, DNS:d1' } },
    plan: [SERVER],
  },
  {
    what: 'is one for another name',
    facts: { server: { ...server, names: 'IP Address:10.0.0.1, DNS:d1.lan' } },
    plan: [SERVER],
  },
  {
    what: 'is one that ends soon',
    facts: { server: { ...server, until: ASKED_AT + YEAR / 2 } },
    plan: [SERVER],
  },
  { what: 'is one of another authority', facts: { server: { ...server, signed: false } }, plan: [SERVER] },
  {
    what: 'is an authority that ends soon',
    facts: { authority: { pem: PEM, until: ASKED_AT + YEAR / 2 } },
    plan: [AUTHORITY, SERVER],
  },
])('makes certificates where there $what: $plan', ({ facts, plan }) => {
  expect(shown(planStep(makeCertificate, desired, 'd1', { d1: [certificate(facts)] }))).toEqual(plan)
})

const CA = '/etc/rancher/k3s/registry-ca.crt'
const DOCKER_CA = '/etc/docker/certs.d/10.0.0.1:5000/ca.crt'
const DAEMON = '/etc/docker/daemon.json'
const MIRROR = `run ${DAEMON}, so that Docker asks the image registry for docker.io's images`
const OWN_DAEMON = '/var/lib/convecthub/docker-daemon.json'
const mirrorOf = (ip: string) => digest(`{ "registry-mirrors": ["https://${ip}:5000"] }\n`)
const daemon = (ip: string) => [DAEMON, OWN_DAEMON].map((path) => present(path, { digest: mirrorOf(ip) }))
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
  expect(shown(planStep(trustRegistry, desiredOf(parts), 'w1', known))).toEqual(plan)
})

it('leaves what a machine trusts while the registry does not answer, and needs nothing of it', () => {
  expect(planAlone(trustRegistry, desired, 'w1', trusting)).toEqual([])
  expect(planAlone(trustRegistry, desired, 'w1')).toEqual([])
})

it('removes what it wrote when the inventory has no registry any more', () => {
  const w1 = [...recordOf({ files: [CA, DOCKER_CA] }), ...daemon('10.0.0.1')]
  expect(shown(planStep(trustRegistry, without, 'w1', { w1 }))).toEqual([
    `- run ${CA}, ${DOCKER_CA}`,
    `- run ${DAEMON}`,
  ])
  const changed = [present(DAEMON, { digest: 'theirs' }), present(OWN_DAEMON)]
  expect(shown(planStep(trustRegistry, without, 'w1', { w1: changed }))).toEqual([`- run ${OWN_DAEMON}`])
  expect(planStep(trustRegistry, without, 'w1')).toEqual([])
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
    on: desiredOf({}, { bundle: bundleOf(HUB, PLAIN) }),
    plan: [],
  },
  {
    what: 'an image of a new registry is new',
    on: desiredOf({}, { bundle: bundleOf(HUB, GHCR) }),
    plan: [KEEP, `~ file ${REGISTRIES}`, ENV, ...RESTART],
  },
  {
    what: 'the group is gone',
    on: without,
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
  const on = desiredOf({ drivers: ['d0'], workers: ['d1', 'w1'], registry: 'd1' })
  const server = is(clusterData, { ...NO_CLUSTER, version: 'v1.34.1+k3s1', server: 'https://10.0.0.1:6443' })
  const before = planStep(k3sAgent, on, 'w1', { w1: [server] })
  const w1 = [server, ...answersAfter(before), ...recordOf({ files: [REGISTRIES] })]
  expect(planAlone(k3sAgent, on, 'w1', w1)).toEqual([])
  expect(shown(planAlone(k3sAgent, on, 'w1', [server]))).toEqual(
    shown(before).filter((line) => line !== `+ file ${REGISTRIES}`),
  )
})

const UNIT = '/etc/systemd/system/convecthub-registry.service'
const DATA = '/var/lib/convecthub-registry'
const START = [
  '! service start convecthub-registry.service',
  '! wait wait until the image registry answers at 10.0.0.1:5000',
]
const fresh = planStep(registry, desired, 'd1')
const served = [...answersAfter(fresh), ...recordOf({ files: [UNIT] })]

it('runs the registry on the private address of its machine, and nowhere else', () => {
  expect(shown(fresh)).toEqual([
    '+ upload /usr/local/bin/convecthub-registry (24 MB)',
    `+ file ${DATA}/config.yml`,
    `+ file ${UNIT}`,
    `+ file ${UNIT}.env`,
    ...START,
  ])
  expect(fileText(fresh, `${DATA}/config.yml`)).toContain('  addr: 10.0.0.1:5000\n')
  expect(fileText(fresh, `${DATA}/config.yml`)).toMatch(/readonly:\n +enabled: true/)
  expect(planStep(registry, desired, 'w1')).toEqual([])
})

it.each<{ what: string; more: readonly Answer[]; plan: string[] }>([
  { what: 'nothing', more: [], plan: [] },
  {
    what: 'a new certificate',
    more: [present(`${DATA}/server.pem`, { digest: 'new' })],
    plan: [`~ file ${UNIT}.env`, '~ service restart convecthub-registry.service', START[1] ?? ''],
  },
  {
    what: 'a process from before',
    more: [running('convecthub-registry.service', 'old')],
    plan: ['~ service restart convecthub-registry.service', START[1] ?? ''],
  },
])('corrects $what of a registry: $plan', ({ more, plan }) => {
  expect(shown(planStep(registry, desired, 'd1', { d1: [...served, ...more] }))).toEqual(plan)
})

it.each([
  { what: 'is on another machine now', on: desiredOf({ workers: ['w1'], registry: 'w1' }) },
  { what: 'is not in the inventory any more', on: without },
])('removes a registry that $what', ({ on }) => {
  const plan = planStep(registry, on, 'd1', { d1: served })
  expect(shown(plan)).toEqual([`- run the image registry (${UNIT}, ${DATA})`])
  expect(planStep(registry, on, 'd1')).toEqual([])
})

it('stops the registry in a reset, and takes back the daemon.json that it wrote', () => {
  const d1 = [...served, ...daemon('10.0.0.1')]
  expect(shown(planStep(stopRegistry, desired, 'd1', { d1 }))).toEqual([
    '- run stop and disable convecthub-registry.service',
    `- run ${DAEMON}`,
  ])
  const theirs = running('convecthub-registry.service')
  expect(planStep(stopRegistry, desired, 'd1', { d1: [theirs] })).toEqual([])
})

const archive = (name: string, more: object) => ({ ...HUB, name, sha256: digest(name), ...more })

it.each([
  {
    what: 'from the archive that the machine has for K3s',
    files: [HUB],
    plan: ['+ run unpack quay.io_jupyterhub_k8s-hub_4.4.0-amd64.tar into the image registry', 'serve 1'],
  },
  {
    what: 'that the machine does not get for K3s',
    files: [archive('w.tar', { roles: ['worker'] })],
    plan: [
      `+ upload ${DATA}/incoming/w.tar (1 MB), for the image registry`,
      '+ run unpack w.tar into the image registry',
      'serve 1',
    ],
  },
  {
    what: 'of another architecture than all machines',
    files: [archive('arm.tar', { architecture: 'arm64' })],
    plan: ['serve 0'],
  },
  { what: 'for GPUs, without a GPU', files: [archive('gpu.tar', { gpu: true })], plan: ['serve 0'] },
])('serves images $what: $plan', ({ files, plan }) => {
  const on = desiredOf({}, { bundle: bundleOf(...files) })
  const serve = (count = '') => `~ run serve ${count} image${count === '1' ? '' : 's'} from the registry`
  expect(shown(planStep(registryImages, on, 'd1'))).toEqual(
    plan.map((line) => (line.startsWith('serve') ? serve(line.slice(6)) : line)),
  )
})

it('keeps the images of an architecture whose machines do not answer', () => {
  const arm = archive('arm.tar', { architecture: 'arm64' })
  const on = desiredOf({}, { bundle: bundleOf(arm) })
  const known = (archives: string[], w1: readonly Answer[]) => ({
    d1: [is(registryStore, { archives, content: undefined })],
    w1,
  })
  const worker = is(system, systemOf({ architecture: 'arm64' }))
  expect(shown(planStep(registryImages, on, 'd1', known([], [worker])))).toContain(
    '~ run serve 1 image from the registry',
  )
  expect(shown(planStep(registryImages, on, 'd1', known([arm.sha256], [])))).toEqual([
    '~ run serve 1 image from the registry',
  ])
})

it('names the archives that it cannot serve', () => {
  const on = desiredOf(
    {},
    {
      bundle: bundleOf(
        HUB,
        archive('hand.tar', { images: undefined }),
        archive('saved.tar', { images: [{ name: 'docker.io/library/a:1' }] }),
        archive('system.tar.zst', {}),
        archive('odd.tar.lz4', {}),
      ),
    },
  )
  const warned = (d1: readonly Answer[]) =>
    registryImages.check?.([contextOf(registryImages, on, 'd1', knownOf(on, { d1 }))])
  expect(warned([])).toEqual([
    expect.objectContaining({
      level: 'warning',
      id: 'registry-images',
      host: 'd1',
      message:
        'the image registry cannot serve hand.tar (bundle.lock.yaml does not say what is in it), saved.tar (it has no manifests (docker save)), system.tar.zst (zstd is not installed there), odd.tar.lz4 (this form cannot be unpacked)',
    }),
  ])
  expect(warned([is(command('zstd'), '/usr/bin/zstd')])?.[0]?.message).not.toContain('system.tar.zst')
})

const lines = (names: [name: string, hex: string][]) => {
  const files = names.map(([name, hex], i) =>
    archive(`${i}.tar`, { images: [{ name, digest: `sha256:${hex.repeat(64)}` }] }),
  )
  const on = desiredOf({}, { bundle: bundleOf(...files) })
  const last = planStep(registryImages, on, 'd1').at(-1)
  const script = last?.kind === 'run' ? last.script.reveal() : ''
  return (/printf '%s' '?([^'>]*)'? *>/.exec(script)?.[1] ?? '')
    .replaceAll(/([0-9a-f])\1{63}/g, '$1')
    .split('\n')
    .filter(Boolean)
}

it.each<{ what: string; names: [string, string][]; plan: string[] }>([
  { what: 'by name and tag', names: [['nginx:1.27', 'a']], plan: ['library/nginx 1.27 a'] },
  { what: 'by digest alone', names: [[`quay.io/x/y@sha256:${'a'.repeat(64)}`, 'a']], plan: ['x/y - a'] },
  {
    what: 'by the digest of an index, if the archive holds it',
    names: [[`quay.io/x/y:1@sha256:${'b'.repeat(64)}`, 'a']],
    plan: ['x/y 1 a', 'x/y ? b'],
  },
  {
    what: 'from the first of two registries that have one name',
    names: [
      ['quay.io/x/y:1', 'a'],
      ['docker.io/x/y:1', 'b'],
    ],
    plan: ['x/y - b', 'x/y 1 a'],
  },
])('serves an image $what', ({ names, plan }) => {
  expect(lines(names)).toEqual(plan)
})
