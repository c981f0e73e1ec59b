import { expect, it } from 'vitest'
import { installedPackage } from '../../src/facts/packages.ts'
import { system } from '../../src/facts/system.ts'
import { artifacts } from '../../src/steps/artifacts.ts'
import { basePackages } from '../../src/steps/base-packages.ts'
import { type Answer, is, present, running, shown, systemOf } from '../helpers/fake-facts.ts'
import { answersAfter, planStep } from '../helpers/plan-step.ts'
import { artifact, testBundle, testDesired } from '../helpers/test-cluster.ts'

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
