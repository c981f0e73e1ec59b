import { expect, it } from 'vitest'
import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { file } from '../../src/facts/file.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { system } from '../../src/facts/system.ts'
import { artifacts } from '../../src/steps/artifacts.ts'
import { basePackages } from '../../src/steps/base-packages.ts'
import {
  type Answer,
  is,
  NO_CLUSTER,
  present,
  recordOf,
  running,
  shown,
  systemOf,
} from '../helpers/fake-facts.ts'
import { answersAfter, planStep } from '../helpers/plan-step.ts'
import { artifact, hubArchive, testBundle, testDesired } from '../helpers/test-cluster.ts'

const installed = (...names: string[]) => names.map((name): Answer => is(installedPackage(name), '1.0'))

it.each<{ there: string[]; plan: string[] }>([
  { there: [], plan: ['+ packages install ca-certificates, curl, iptables, conntrack'] },
  { there: ['ca-certificates', 'curl', 'iptables'], plan: ['+ packages install conntrack'] },
  { there: ['ca-certificates', 'curl', 'iptables', 'conntrack'], plan: [] },
])('with $there installed, base packages: $plan', ({ there, plan }) => {
  expect(shown(planStep(basePackages, testDesired(), 'w1', { w1: installed(...there) }))).toEqual(plan)
})

const IMAGES = '/var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar'
const bundle = testBundle(undefined, [
  artifact('k3s-arm64', { architecture: 'arm64' }),
  artifact('noarch.tar', { kind: 'images', architecture: 'all' }),
])
const desired = testDesired({}, { bundle })
const sent = Object.fromEntries(
  ['d1', 'w1'].map((host) => [host, answersAfter(planStep(artifacts, desired, host))]),
)
const NOARCH = '+ upload /var/lib/rancher/k3s/agent/images/noarch.tar (1 kB)'

it.each<{ what: string; host: string; answers?: readonly Answer[]; plan: string[] }>([
  {
    what: 'an empty driver',
    host: 'd1',
    plan: [
      '+ upload /usr/local/bin/k3s (1 kB)',
      '+ upload /var/lib/convecthub/bin/helm (1 kB)',
      `+ upload ${IMAGES} (3 MB)`,
      NOARCH,
    ],
  },
  {
    what: 'an empty worker',
    host: 'w1',
    plan: ['+ upload /usr/local/bin/k3s (1 kB)', `+ upload ${IMAGES} (3 MB)`, NOARCH],
  },
  {
    what: 'a worker of another architecture',
    host: 'w1',
    answers: [is(system, systemOf({ architecture: 'arm64' }))],
    plan: ['+ upload /usr/local/bin/k3s (1 kB)', NOARCH],
  },
  { what: 'a driver that has all files', host: 'd1', answers: sent.d1 ?? [], plan: [] },
  { what: 'a worker that has all files', host: 'w1', answers: sent.w1 ?? [], plan: [] },
  {
    what: 'a worker with another K3s',
    host: 'w1',
    answers: [...(sent.w1 ?? []), present('/usr/local/bin/k3s', { mode: '755' })],
    plan: ['+ upload /usr/local/bin/k3s.next (1 kB)'],
  },
  {
    what: 'a worker with a staged K3s that is no longer wanted',
    host: 'w1',
    answers: [...(sent.w1 ?? []), present('/usr/local/bin/k3s.next')],
    plan: ['- run /usr/local/bin/k3s.next'],
  },
  {
    what: 'a running worker that has all files',
    host: 'w1',
    answers: [...(sent.w1 ?? []), running('k3s-agent.service')],
    plan: [],
  },
  {
    what: 'a running worker with other images',
    host: 'w1',
    answers: [...(sent.w1 ?? []), running('k3s-agent.service'), present(IMAGES)],
    plan: [
      `~ upload ${IMAGES} (3 MB)`,
      `! run import the images of ${IMAGES}`,
      `~ run keep ${IMAGES} for later starts`,
    ],
  },
])('sends the bundle to $what: $plan', ({ host, answers = [], plan }) => {
  expect(shown(planStep(artifacts, desired, host, { [host]: answers }))).toEqual(plan)
})

it('sends each machine the K3s of its architecture', () => {
  const arm = planStep(artifacts, desired, 'w1', { w1: [is(system, systemOf({ architecture: 'arm64' }))] })
  expect(arm[0]).toMatchObject({ kind: 'upload', artifact: { name: 'k3s-arm64' }, mode: '755' })
})

const HUB = '/var/lib/rancher/k3s/agent/images/hub.tar'
const STAGED = '/var/lib/rancher/k3s/agent/convecthub-incoming/hub.tar'
const INCOMING = '/var/lib/rancher/k3s/agent/convecthub-incoming/k3s-airgap-images-amd64.tar'
const CACHE = '/var/lib/rancher/k3s/agent/images/.cache.json'
const hub = hubArchive()
const own = artifact('k3s-airgap-images-amd64.tar', { kind: 'images' })
const held = (path: string, { sha256: digest }: { sha256: string }) => present(path, { digest })
const K3S_RUNS = [running('k3s-agent.service'), is(clusterData, { ...NO_CLUSTER, version: 'v1.34.1+k3s1' })]
const others = (sent.w1 ?? []).filter(([{ key }]) => !key.endsWith('/noarch.tar'))

it.each<{
  what: string
  version?: string
  has_gpu?: boolean
  more?: Artifact[]
  answers?: Answer[]
  plan: string[]
}>([
  {
    what: 'a worker without the images of the hub, which it gets once it is Ready',
    plan: [`+ upload ${HUB} (300 MB)`],
  },
  { what: 'a worker where they were sent already', answers: [held(STAGED, hub)], plan: [] },
  { what: 'a worker that has imported them', answers: [held(HUB, hub)], plan: [] },
  {
    what: 'a worker without zstd, of a K3s that reads .zst only when it starts',
    version: 'v1.28.5+k3s1',
    more: [hubArchive('hub.tar.zst')],
    answers: [held(HUB, hub)],
    plan: [`+ upload ${HUB}.zst (300 MB)`],
  },
  {
    what: 'a worker whose last run could not import K3s’s own images',
    answers: [...K3S_RUNS, is(file(IMAGES), undefined), held(INCOMING, own), held(HUB, hub)],
    plan: [`! run import the images of ${IMAGES}`, `+ run keep ${IMAGES} for later starts`],
  },
  {
    what: 'a worker whose K3s was stopped by then',
    answers: [is(file(IMAGES), undefined), held(INCOMING, own), held(HUB, hub)],
    plan: [`+ run keep ${IMAGES} for later starts`],
  },
  {
    what: 'a worker without a GPU',
    more: [hubArchive('plugin.tar', { gpu: true })],
    answers: [held(HUB, hub)],
    plan: [],
  },
  {
    what: 'a worker with a GPU',
    has_gpu: true,
    more: [hubArchive('plugin.tar', { gpu: true })],
    answers: [held(HUB, hub)],
    plan: ['+ upload /var/lib/rancher/k3s/agent/images/plugin.tar (300 MB)'],
  },
  {
    what: 'a worker with archives that the bundle no longer has, and one that was never completed',
    answers: [
      held(HUB, hub),
      ...recordOf({
        files: [
          HUB,
          STAGED.replace('/hub.tar', '/.hub.tar.part'),
          HUB.replace('hub', 'old'),
          STAGED.replace('/hub', '/older'),
          STAGED.replace('/hub.tar', '/.half.tar.part'),
          '/var/lib/rancher/k3s/agent/.old.tar.part',
          '/usr/local/bin/k3s',
        ],
      }),
    ],
    plan: [
      HUB.replace('hub', 'old'),
      HUB.replace('hub', 'older'),
      STAGED.replace('/hub.tar', '/.half.tar.part'),
    ].map((path) => `- run ${path}, which this machine no longer needs`),
  },
  {
    what: 'a worker of a K3s that can be trusted with its notes',
    version: 'v1.35.7+k3s1',
    answers: [held(HUB, hub)],
    plan: [`+ file ${CACHE}`],
  },
  {
    what: 'a worker whose K3s has such notes',
    version: 'v1.35.7+k3s1',
    answers: [held(HUB, hub), present(CACHE), ...recordOf({ files: [CACHE] })],
    plan: [],
  },
  {
    what: 'a worker whose K3s cannot be trusted with its notes',
    version: 'v1.35.6+k3s1',
    answers: [held(HUB, hub), present(CACHE), ...recordOf({ files: [CACHE] })],
    plan: [`- run ${CACHE}, which this machine no longer needs`],
  },
])(
  'with images in the lock, sends $what: $plan',
  ({ version, has_gpu = false, more = [], answers = [], plan }) => {
    const given = testDesired(
      { settings: { w1: { has_gpu } } },
      { bundle: testBundle(version, [hub, ...more]) },
    )
    expect(shown(planStep(artifacts, given, 'w1', { w1: [...others, ...answers] }))).toEqual(plan)
  },
)

it('removes no archives when there is no bundle to compare them with', () => {
  const own = testDesired({}, { bundle: undefined })
  expect(planStep(artifacts, own, 'w1', { w1: recordOf({ files: [HUB] }) })).toEqual([])
})
