import { expect, it } from 'vitest'
import { system } from '../../src/facts/system.ts'
import { bundleMachine } from '../../src/steps/bundle-machine.ts'
import { preflight } from '../../src/steps/preflight.ts'
import { contextOf, is, systemOf } from '../helpers/fake-facts.ts'
import { knownOf } from '../helpers/plan-step.ts'
import { artifact, hostOf, testBundle, testDesired } from '../helpers/test-cluster.ts'

const HUB = { name: 'quay.io/hub:1', by: 'Deployment hub of the chart' }
const NOWHERE = { name: 'quay.io/other:1', by: 'bundle.yaml' }
const images = (architecture: 'amd64' | 'arm64') =>
  artifact(`hub-${architecture}.tar`, { kind: 'images', architecture, images: [{ name: HUB.name }] })
const system64 = artifact('k3s-airgap-images-arm64.tar', { kind: 'images', architecture: 'arm64' })
const ARM = [artifact('k3s-arm64', { version: 'v1.35.1+k3s1', architecture: 'arm64' }), system64]

it.each([
  { what: 'as the bundle is', w1: {}, files: [images('amd64')], found: [] },
  {
    what: 'of another processor',
    w1: { architecture: 'arm64' },
    files: [images('amd64'), ...ARM],
    found: [
      'error bundle w1: the bundle lacks the image quay.io/hub:1 for arm64, which Deployment hub of the chart asks for',
    ],
  },
  {
    what: 'of a processor that has all',
    w1: { architecture: 'arm64' },
    files: [images('amd64'), images('arm64'), ...ARM],
    found: [],
  },
  {
    what: 'with cgroup v1',
    w1: { cgroup: 1 as const },
    files: [images('amd64')],
    found: ['error cgroup w1: it has cgroup v1, with which K3s v1.35.1+k3s1 does not start'],
  },
])('preflight on a machine $what: $found', ({ w1, files, found }) => {
  const bundle = { ...testBundle('v1.35.1+k3s1', files), version: 2 as const }
  // what the bundle has for no machine was told before the first login
  const desired = testDesired({}, { bundle, required: [HUB, NOWHERE] })
  const known = knownOf(desired, { w1: [is(system, systemOf({ hostname: 'm2', machineId: 'id2', ...w1 }))] })
  const contexts = desired.cluster.hosts.map(({ name }) => contextOf(preflight, desired, name, known))
  const findings = (preflight.check?.(contexts) ?? []).map(
    ({ level, id, host, message }) => `${level} ${id} ${host}: ${message}`,
  )
  expect(findings).toEqual(found)
})

const os = { id: 'ubuntu', version: '22.04' }
it.each([
  { settings: {}, packages: [] },
  { settings: { apt_repo: 'bundle' as const }, packages: ['install_docker: docker-ce or docker.io'] },
  { settings: { apt_repo: 'bundle' as const, install_docker: false }, packages: [] },
  {
    settings: { apt_repo: 'bundle' as const, install_docker: false, has_gpu: true },
    packages: ['install_nvidia_driver: nvidia-container-toolkit'],
  },
  {
    settings: {
      apt_repo: 'bundle' as const,
      install_docker: false,
      has_gpu: true,
      install_nvidia_driver: false,
    },
    packages: [],
  },
])('asks the bundle for packages with $settings: $packages', ({ settings, packages }) => {
  const host = hostOf(testDesired({ settings: { d1: settings } }), 'd1')
  const machine = bundleMachine(host, { architecture: 'amd64', cgroup: 2, os })
  expect(machine).toMatchObject({
    name: 'd1',
    role: 'driver',
    architecture: 'amd64',
    release: 'ubuntu-22.04',
  })
  expect(machine.packages.map(({ names, by }) => `${by}: ${names.join(' or ')}`)).toEqual(packages)
})
