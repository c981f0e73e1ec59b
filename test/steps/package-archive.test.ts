import { expect, it } from 'vitest'
import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import { digest } from '../../src/digest.ts'
import { apt } from '../../src/facts/apt.ts'
import { command } from '../../src/facts/command.ts'
import { file } from '../../src/facts/file.ts'
import { gpu } from '../../src/facts/gpu.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { system } from '../../src/facts/system.ts'
import { basePackages } from '../../src/steps/base-packages.ts'
import { docker } from '../../src/steps/docker.ts'
import { nvidia } from '../../src/steps/nvidia.ts'
import { oldSources } from '../../src/steps/old-sources.ts'
import { packageArchive } from '../../src/steps/package-archive.ts'
import {
  type Answer,
  contextOf,
  fileOf,
  gpuOf,
  is,
  present,
  recordOf,
  shown,
  systemOf,
} from '../helpers/fake-facts.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { type ClusterParts, testBundle, testDesired, testPackages } from '../helpers/test-cluster.ts'

const REPOSITORY = '/var/lib/convecthub/packages'
const ARCHIVE = '/var/lib/convecthub/packages.tar'
const ALL = ['ca-certificates', 'curl', 'iptables', 'conntrack', 'docker.io']
const PACKAGES = testPackages(ALL)
const OLD = testPackages(ALL, { sha256: 'f'.repeat(64) })
const DRIVER = ['nvidia-headless-no-dkms-595-server', 'nvidia-utils-595-server']
const KERNEL = '5.15.0-91-generic'
const SIGNED = `linux-modules-nvidia-595-server-${KERNEL}`
const TOOLKIT = 'nvidia-container-toolkit'

const SEND = `+ upload ${ARCHIVE} (80 MB)`
const unpack = (names: string) =>
  `run ${REPOSITORY}: unpack the packages, and check that apt can install ${names}`
const WANTED = 'ca-certificates, curl, iptables, conntrack, docker-ce or docker.io'

/** The mark that a repository from this archive is there. */
const unpacked = ({ sha256 }: Artifact) => [
  is(file(REPOSITORY), fileOf({ type: 'directory' })),
  is(file(`${REPOSITORY}/sha256`), fileOf({ digest: digest(`${sha256}\n`) })),
]
const sent = is(file(ARCHIVE), fileOf({ digest: PACKAGES.sha256 }))
const complete = [
  ...ALL.slice(0, 4).map((name) => is(installedPackage(name), '1.0')),
  is(command('dockerd'), '/usr/bin/dockerd'),
]

const bundled = (more: ClusterParts['settings'] = {}) => ({ w1: { apt_repo: 'bundle' as const, ...more.w1 } })

it.each<{
  what: string
  settings?: ClusterParts['settings']
  bundle?: Artifact[]
  w1?: Answer[]
  plan: string[]
}>([
  { what: 'a new machine', plan: [SEND, `+ ${unpack(WANTED)}`] },
  {
    what: 'a machine with everything',
    w1: complete,
    plan: [SEND, `+ run ${REPOSITORY}: unpack the packages`],
  },
  {
    what: 'a machine without Docker by wish',
    settings: bundled({ w1: { install_docker: false } }),
    plan: [SEND, `+ ${unpack('ca-certificates, curl, iptables, conntrack')}`],
  },
  { what: 'an archive that was sent, but not unpacked', w1: [sent], plan: [`+ ${unpack(WANTED)}`] },
  { what: 'the same packages', w1: unpacked(PACKAGES), plan: [] },
  { what: 'older packages', w1: unpacked(OLD), plan: [SEND, `~ ${unpack(WANTED)}`] },
  {
    what: 'packages, and no apt_repo any more',
    settings: {},
    w1: unpacked(PACKAGES),
    plan: [`- run remove ${REPOSITORY}`],
  },
  {
    what: 'an archive, and no apt_repo any more',
    settings: {},
    w1: [sent],
    plan: [`- run remove ${REPOSITORY}`],
  },
  { what: 'no apt_repo', settings: {}, plan: [] },
  { what: 'packages for other machines', bundle: [testPackages(ALL, { release: 'debian-12' })], plan: [] },
])('$what: $plan', ({ settings = bundled(), bundle = [PACKAGES], w1 = [], plan }) => {
  const desired = testDesired({ settings }, { bundle: testBundle(undefined, bundle) })
  expect(shown(planStep(packageArchive, desired, 'w1', { w1 }))).toEqual(plan)
})

it.each<{ what: string; bundle: Artifact[]; w1?: Answer[]; gpu?: boolean; says: string[]; line?: string }>([
  { what: 'everything', bundle: [PACKAGES], says: [] },
  { what: 'an archive without a list', bundle: [testPackages(ALL, { packages: undefined })], says: [] },
  {
    what: 'packages for another release',
    bundle: [testPackages(ALL, { release: 'debian-12' })],
    says: ['apt_repo=bundle, but the bundle has no packages for ubuntu-22.04 (amd64)'],
    line: 'apt: [{release: ubuntu-22.04}];',
  },
  {
    what: 'packages for another architecture',
    bundle: [PACKAGES],
    w1: [is(system, systemOf({ architecture: 'arm64' }))],
    says: ['apt_repo=bundle, but the bundle has no packages for ubuntu-22.04 (arm64)'],
    line: 'apt: [{release: ubuntu-22.04}], architectures: [arm64];',
  },
  {
    what: 'no Docker and no curl',
    bundle: [testPackages(['ca-certificates', 'iptables', 'conntrack'])],
    says: ['the packages of the bundle for ubuntu-22.04 (amd64) lack curl, docker-ce or docker.io'],
    line: 'apt: [{release: ubuntu-22.04, packages: [curl, docker.io]}];',
  },
  { what: 'no Docker, which is there', bundle: [testPackages([])], w1: complete, says: [] },
  { what: 'the driver', bundle: [testPackages([...ALL, ...DRIVER, SIGNED, TOOLKIT])], gpu: true, says: [] },
  {
    what: 'the driver for another kernel',
    bundle: [testPackages([...ALL, ...DRIVER, TOOLKIT])],
    gpu: true,
    says: [
      `the packages of the bundle for ubuntu-22.04 (amd64) lack nvidia-dkms-595-server, linux-headers-${KERNEL}`,
    ],
    line: `gpu: {}, apt: [{release: ubuntu-22.04, kernels: [${KERNEL}]}];`,
  },
])('checks a bundle with $what: $says', ({ bundle, w1 = [], gpu: has_gpu = false, says, line = '' }) => {
  const settings = { d1: {}, w1: { apt_repo: 'bundle' as const, has_gpu } }
  const desired = testDesired({ settings }, { bundle: testBundle(undefined, bundle) })
  const known = knownOf(desired, { w1: [is(gpu, gpuOf({ cards: ['0000:01:00.0'] })), ...w1] })
  const contexts = ['d1', 'w1'].map((name) => contextOf(packageArchive, desired, name, known))
  const findings = packageArchive.check?.(contexts) ?? []
  expect(findings.map(({ message }) => message)).toEqual(says)
  for (const finding of findings) {
    expect(finding).toMatchObject({ level: 'error', id: 'packages', host: 'w1' })
    expect(finding.hint).toContain(line)
  }
})

it.each([
  {
    step: basePackages,
    plan: ['+ packages install ca-certificates, curl, iptables, conntrack from the bundle'],
  },
  {
    step: docker,
    plan: [
      '+ packages install docker-ce, or docker.io where the bundle has no docker-ce',
      '! service start docker.service',
    ],
  },
  {
    step: nvidia,
    plan: [
      `+ packages install ${[...DRIVER, SIGNED].join(', ')} from the bundle`,
      '! run load the NVIDIA driver',
      `+ packages install ${TOOLKIT} from the bundle`,
    ],
  },
])('$step.id installs from the bundle alone, also where docker_repo is set', ({ step, plan }) => {
  const settings = {
    apt_repo: 'bundle' as const,
    has_gpu: true,
    docker_repo: 'https://mirror.lan/linux/ubuntu',
  }
  const held = testPackages([...ALL, ...DRIVER, SIGNED, TOOLKIT])
  const desired = testDesired({ settings: { w1: settings } }, { bundle: testBundle(undefined, [held]) })
  const changes = planStep(step, desired, 'w1', { w1: [is(apt, { present: true, broken: '' })] })
  expect(shown(changes)).toEqual(plan)
  const scripts = changes.flatMap((change) => (change.kind === 'packages' ? [change.script.reveal()] : []))
  expect(scripts.every((text) => text.startsWith(`export APT_CONFIG=${REPOSITORY}/apt.conf\n`))).toBe(true)
})

it('removes a source of docker_repo that is not used any more', () => {
  const list = '/etc/apt/sources.list.d/convecthub-docker.list'
  const settings = { w1: { apt_repo: 'bundle' as const, docker_repo: 'https://mirror.lan/linux/ubuntu' } }
  const w1 = [...recordOf({ files: [list] }), present(list)]
  expect(shown(planStep(oldSources, testDesired({ settings }), 'w1', { w1 }))).toEqual([
    `- run remove ${list}`,
  ])
})
