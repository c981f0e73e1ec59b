import { sourcePaths } from '../../src/distribution/debian-sources.ts'
import type { Change, UploadChange } from '../../src/engine/change.ts'
import type { PlanContext, Step } from '../../src/engine/step.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { command } from '../../src/facts/command.ts'
import { file } from '../../src/facts/file.ts'
import { gpu } from '../../src/facts/gpu.ts'
import { node } from '../../src/facts/node.ts'
import { oldRelay } from '../../src/facts/old-relay.ts'
import { release } from '../../src/facts/release.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'
import {
  DOCKER_CERTS,
  DOCKER_CONFIG,
  OWN_DOCKER_CONFIG,
  PACKAGES,
  REGISTRIES,
  REGISTRY_CA,
  REGISTRY_UNIT,
} from '../../src/layout.ts'
import { provision } from '../../src/recipes/provision.ts'
import { reset } from '../../src/recipes/reset.ts'
import { REGISTRY } from '../../src/steps/manifests.ts'
import { OWN_PATHS } from '../../src/steps/reset-places.ts'
import {
  type Answer,
  contextOf,
  fileOf,
  gpuOf,
  is,
  leftoversOf,
  machine,
  NO_CLUSTER,
  present,
  recordOf,
  running,
  systemOf,
} from './fake-facts.ts'
import { artifact, hostOf, hubArchive, testBundle, testDesired, testPackages } from './test-cluster.ts'

/** A secret in the JupyterHub values of these plans, which must never be shown. */
export const VALUES_SECRET = 'client_secret-of-the-identity-provider'

export interface Planned {
  step: Step
  host: string
  context: PlanContext
  changes: readonly Change[]
}

const HOSTS = ['d1', 'd2', 'w1']
const SETTINGS = {
  d2: { has_gpu: true, apt_repo: 'bundle' as const },
  w1: { has_gpu: true, docker_repo: 'https://mirror.lan/linux/ubuntu' },
}

/** States of machines. Together they make every step plan everything that it can. */
const STATES: readonly { version: string; answers: readonly Answer[] }[] = [
  { version: 'v1.34.1+k3s1', answers: [] },
  {
    version: 'v1.21.3+k3s1',
    answers: [
      is(system, systemOf({ cgroup: 1 })),
      is(release, { status: 'pending-upgrade', description: '', revision: 3 }),
      is(command('dockerd'), '/usr/bin/dockerd'),
      is(node('d2'), {
        ready: true,
        leaving: false,
        labels: { 'convecthub/drained': 'true' },
        version: '',
        runtime: '',
      }),
      is(node('w1'), { ready: false, leaving: false, labels: {}, version: '', runtime: '' }),
      running('k3s.service', 'old'),
      running('k3s-agent.service', 'old'),
    ],
  },
  {
    version: 'v1.35.0+k3s1',
    answers: [
      is(oldRelay, true),
      is(gpu, gpuOf({ cards: ['0000:01:00.0'], driver: '535.1' })),
      is(release, { status: 'pending-install', description: '', revision: 1 }),
    ],
  },
]

/** What a bundle has for a machine in [registry]: the program, and an archive that this machine does not get for K3s. */
const REGISTRY_FILES = [
  artifact('registry-amd64', { kind: 'registry', version: 'v3.0.0' }),
  artifact('images/hub.tar', {
    kind: 'images',
    roles: ['worker'],
    images: [{ name: 'quay.io/jupyterhub/k8s-hub:4.4.0', digest: `sha256:${'a'.repeat(64)}` }],
  }),
]

function desiredOf(version: string, registry?: string) {
  const parts = { drivers: ['d1', 'd2'], workers: ['w1'], settings: SETTINGS, ...(registry && { registry }) }
  const bundle = testBundle(version, [hubArchive(), testPackages(), ...(registry ? REGISTRY_FILES : [])])
  return testDesired(parts, { bundle, jhubConfig: `auth: ${VALUES_SECRET}\n` })
}

interface PlanOptions {
  upgrade?: boolean
  leaving?: readonly string[]
  registry?: string
}

function plansOf(
  recipe: readonly Step[],
  version: string,
  answers: readonly Answer[],
  { upgrade = false, leaving = [], registry }: PlanOptions = {},
): Planned[] {
  const base = desiredOf(version, registry)
  const hosts = leaving.map((name) => hostOf(base, name))
  const desired = {
    ...base,
    upgrade,
    ...(hosts.length > 0 && { leaving: { hosts, by: hostOf(base, 'd1') } }),
  }
  const known = Object.fromEntries(HOSTS.map((name, i) => [name, machine(i + 1, answers)]))
  return recipe.flatMap((step) =>
    step.hosts(desired).map(({ name }) => {
      const context = contextOf(step, desired, name, known)
      return { step, host: name, context, changes: step.plan(context) }
    }),
  )
}

/**
 * Every kind of plan of every step. A step that plans nothing in these states, such as one that depends on a setting,
 * gets what it needs here: a setting, a state of machines, or for a step of `reset` what it undoes.
 */
export function allPlans(): Planned[] {
  const files = [
    ...['/usr/local/bin/k3s', '/etc/rancher/k3s/token', '/var/lib/convecthub/docker', REGISTRY_UNIT],
    sourcePaths('docker').list,
  ]
  const ownRegistry = [
    ...recordOf({ files: [REGISTRY_CA, REGISTRY_UNIT, `${DOCKER_CERTS}/10.0.0.9:5000/ca.crt`] }),
    ...[DOCKER_CONFIG, OWN_DOCKER_CONFIG, REGISTRY_CA].map((path) => present(path)),
  ]
  const open = [REGISTRIES, REGISTRY, sourcePaths('old').list, PACKAGES]
  const used: Answer[] = [
    is(oldRelay, true),
    ...recordOf({
      files,
      folders: ['/var/tmp/convecthub'],
      packages: ['docker.io', 'conntrack'],
      works: ['/tmp/convecthub-0123456789'],
    }),
    is(file('/var/lib/convecthub'), fileOf({ type: 'directory', mode: '755' })),
    is(unit('k3s.service'), { loaded: true, active: 'active', enabled: true, inputs: 'x' }),
    running('convecthub-registry.service', 'x'),
    ...[DOCKER_CONFIG, OWN_DOCKER_CONFIG].map((path) => present(path)),
    leftoversOf(OWN_PATHS, { links: ['cni0'], paths: ['/etc/rancher', '/var/lib/docker'] }),
  ]
  return [
    ...STATES.flatMap(({ version, answers }) => plansOf(provision, version, answers)),
    ...plansOf(provision, 'v1.34.1+k3s1', [
      ...recordOf({ files: open }),
      ...open.map((path) => present(path)),
    ]),
    ...plansOf(provision, 'v1.34.1+k3s1', [], { registry: 'd1' }),
    // the registry was on another machine, at another address
    ...plansOf(provision, 'v1.34.1+k3s1', ownRegistry, { registry: 'd1' }),
    ...plansOf(provision, 'v1.34.1+k3s1', ownRegistry),
    ...(['etcd', 'sqlite'] as const).flatMap((datastore) => {
      const old = { ...NO_CLUSTER, datastore, version: 'v1.34.1+k3s1' }
      const k3s = [running('k3s.service', 'old'), present('/usr/local/bin/k3s')]
      return plansOf(provision, 'v1.35.0+k3s1', [is(clusterData, old), ...k3s], { upgrade: true })
    }),
    ...plansOf(reset, 'v1.34.1+k3s1', used),
    ...plansOf(
      reset,
      'v1.34.1+k3s1',
      [
        is(node('w1'), { ready: true, leaving: false, labels: {}, version: '', runtime: '' }),
        ...recordOf({ files: ['/usr/local/bin/k3s'] }),
        running('k3s.service', 'x'),
      ],
      {
        leaving: ['d2', 'w1'],
      },
    ),
  ]
}

/** True for all changes but uploads: those are sent to a host as a script. */
export function isScripted(change: Change): change is Exclude<Change, UploadChange> {
  return change.kind !== 'upload'
}
