import { expect, it } from 'vitest'
import type { Artifact, BundleLock, RequiredImage } from '../../../src/artifacts/bundle-lock.ts'
import { bundleGaps, type Machine } from '../../../src/artifacts/proof/bundle-gaps.ts'
import { pulledImages } from '../../../src/artifacts/proof/pulled-images.ts'
import { artifact } from '../../helpers/test-cluster.ts'

const HUB = { name: 'quay.io/hub:1', by: 'Deployment hub of the chart' }
const PAUSE = { name: 'docker.io/rancher/pause:3', by: 'K3s' }
const DIGEST = `sha256:${'a'.repeat(64)}`
const OTHER = `sha256:${'b'.repeat(64)}`

const images = (name: string, held: readonly string[] | undefined, more: Partial<Artifact> = {}) =>
  artifact(name, { kind: 'images', ...(held && { images: held.map((each) => ({ name: each })) }), ...more })
const SYSTEM = images('images/k3s-airgap-images-amd64.tar', [PAUSE.name])
const PROGRAMS = [
  artifact('k3s', { version: 'v1.34.1+k3s1' }),
  artifact('helm', { kind: 'helm', roles: ['driver'] }),
]
const ARM = [
  artifact('k3s-arm64', { version: 'v1.34.1+k3s1', architecture: 'arm64' }),
  images('images/k3s-airgap-images-arm64.tar', [PAUSE.name], { architecture: 'arm64' }),
]
const packages = (release: string, ...held: string[]) =>
  artifact(`packages/${release}-amd64.tar`, {
    kind: 'packages',
    release,
    packages: held.map((name) => ({ name, version: '1' })),
  })

const machine = (name: string, more: Partial<Machine> = {}): Machine => ({
  name,
  role: name.startsWith('d') ? 'driver' : 'worker',
  architecture: 'amd64',
  packages: [],
  ...more,
})
const DOCKER = [{ names: ['docker-ce', 'docker.io'], by: 'install_docker' }]
const D1 = machine('d1')
const W1 = machine('w1')

function found(
  files: readonly Artifact[],
  machines: readonly Machine[] = [D1, W1],
  required: readonly RequiredImage[] = [PAUSE, HUB],
  version: BundleLock['version'] = 2,
): string[] {
  const gaps = bundleGaps({ version, description: '', standIn: false, files: [...files] }, machines, required)
  return gaps.map(({ level, message, hint, machines }) => `${level} ${machines.join()}: ${message} → ${hint}`)
}
const brings = (line: string) => `\`${line}\` in bundle.yaml brings it: convecthub bundle pull FOLDER`

it.each([
  { what: 'all that is asked for', files: [...PROGRAMS, SYSTEM, images('hub.tar', [HUB.name])], gaps: [] },
  {
    what: 'an image by a shorter name',
    files: [...PROGRAMS, images('k3s-airgap-images-amd64.tar', ['rancher/pause:3']), images('a', [HUB.name])],
    gaps: [],
  },
  {
    what: 'an image for all processors',
    files: [...PROGRAMS, SYSTEM, images('hub.tar', [HUB.name], { architecture: 'all' })],
    gaps: [],
  },
  {
    what: 'no such image',
    files: [...PROGRAMS, SYSTEM],
    gaps: [
      `error d1,w1: the bundle lacks the image quay.io/hub:1, which Deployment hub of the chart asks for → ${brings('images: [quay.io/hub:1]')}`,
    ],
  },
  {
    what: 'no images of K3s',
    files: [...PROGRAMS, images('hub.tar', [HUB.name])],
    gaps: [`error d1,w1: the bundle has no images of K3s itself → ${brings('k3s: v1.34.1+k3s1')}`],
  },
  {
    what: 'one image of K3s too few',
    files: [...PROGRAMS, SYSTEM, images('hub.tar', [HUB.name])],
    required: [PAUSE, { name: 'docker.io/rancher/dns:1', by: 'K3s' }],
    gaps: [
      `error d1,w1: the bundle lacks the image docker.io/rancher/dns:1, which K3s asks for → ${brings('k3s: v1.34.1+k3s1')}`,
    ],
  },
  {
    what: 'no device plugin',
    files: [...PROGRAMS, SYSTEM],
    required: [PAUSE, { name: 'nvcr.io/plugin:1', by: 'has_gpu' }],
    gaps: [
      `error d1,w1: the bundle lacks the image nvcr.io/plugin:1, which has_gpu asks for → ${brings('gpu: {}')}`,
    ],
  },
  {
    what: 'no image that many ask for',
    files: [...PROGRAMS, SYSTEM],
    required: [PAUSE, ...['a', 'b', 'c', 'd', 'e'].map((by) => ({ ...HUB, by }))],
    gaps: [
      `error d1,w1: the bundle lacks the image quay.io/hub:1, which a, b, c and 2 more ask for → ${brings('images: [quay.io/hub:1]')}`,
    ],
  },
  {
    what: 'an image with another digest',
    files: [
      ...PROGRAMS,
      SYSTEM,
      artifact('hub.tar', { kind: 'images', images: [{ name: 'quay.io/hub:1', digest: OTHER }] }),
    ],
    required: [PAUSE, { name: `quay.io/hub:1@${DIGEST}`, by: 'x' }],
    gaps: [
      `error d1,w1: the bundle lacks the image quay.io/hub:1@${DIGEST}, which x asks for → ${brings(`images: [quay.io/hub:1@${DIGEST}]`)}`,
    ],
  },
  {
    what: 'an image with this digest, by its tag',
    files: [
      ...PROGRAMS,
      SYSTEM,
      artifact('hub.tar', { kind: 'images', images: [{ name: 'quay.io/hub:1', digest: DIGEST }] }),
    ],
    required: [PAUSE, { name: `quay.io/hub:1@${DIGEST}`, by: 'x' }],
    gaps: [],
  },
  {
    what: 'an archive of which nothing is known',
    files: [...PROGRAMS, SYSTEM, images('images/all.tar', undefined)],
    gaps: [
      'warning d1,w1: bundle.lock.yaml does not say which images are in images/all.tar; the bundle may lack quay.io/hub:1 → convecthub bundle lock FOLDER writes it again, with their names',
    ],
  },
  {
    what: 'two such archives and no list of K3s',
    files: [...PROGRAMS, images('a.tar', undefined), images('b.tar', undefined)],
    required: [HUB],
    gaps: [
      "warning d1,w1: bundle.lock.yaml does not say which images are in a.tar and b.tar; the bundle may lack K3s's own images and quay.io/hub:1 → convecthub bundle lock FOLDER writes it again, with their names",
    ],
  },
  {
    what: 'all of K3s in an archive by the name of K3s',
    files: [...PROGRAMS, images('k3s-airgap-images-amd64.tar.zst', undefined)],
    required: [],
    gaps: [],
  },
  {
    what: 'no images, in a lock of form 1, which never names them',
    files: PROGRAMS,
    version: 1 as const,
    gaps: [
      "warning d1,w1: bundle.lock.yaml does not say which images are there; the bundle may lack K3s's own images and quay.io/hub:1 → convecthub bundle lock FOLDER writes it again, with their names",
    ],
  },
])('a bundle with $what', ({ files, required, version, gaps }) => {
  expect(found(files, undefined, required, version)).toEqual(gaps)
})

const WHOLE = [...PROGRAMS, SYSTEM, images('hub.tar', [HUB.name])]
const LACKS_ARM = [
  `error w2: the bundle lacks the image quay.io/hub:1 for arm64, which Deployment hub of the chart asks for → ${brings('images: [quay.io/hub:1]')}`,
]
it.each([
  {
    what: 'another processor',
    machines: [D1, machine('w2', { architecture: 'arm64' })],
    files: [...WHOLE, ...ARM],
    gaps: LACKS_ARM,
  },
  {
    what: 'a processor that the bundle knows nothing of',
    machines: [D1, machine('w2', { architecture: 'arm64' })],
    files: WHOLE,
    gaps: [
      `error w2: the bundle has no K3s for arm64 → ${brings('architectures: [amd64, arm64]')}`,
      `error w2: the bundle has no images of K3s itself for arm64 → ${brings('k3s: v1.34.1+k3s1')}`,
      ...LACKS_ARM,
    ],
  },
  {
    what: 'a driver without a Helm for it',
    machines: [machine('d2', { architecture: 'arm64' })],
    files: [...WHOLE, ...ARM, images('hub-arm64.tar', [HUB.name], { architecture: 'arm64' })],
    gaps: [`error d2: the bundle has no Helm for arm64 → ${brings('architectures: [amd64, arm64]')}`],
  },
  {
    what: 'a processor that is not known yet',
    machines: [D1, machine('w2', { architecture: undefined })],
    files: [...WHOLE, ...ARM],
    gaps: [],
  },
  {
    what: 'a registry',
    machines: [D1, machine('r1', { role: 'registry' })],
    files: WHOLE,
    gaps: [`error r1: the bundle has no program of an image registry → ${brings('registry: v3.0.0')}`],
  },
  {
    what: 'packages from a bundle that has none',
    machines: [machine('d1', { release: 'ubuntu-22.04', packages: DOCKER })],
    files: WHOLE,
    gaps: [
      `error d1: the bundle has no packages for ubuntu-22.04 on amd64 → ${brings('apt: [{release: ubuntu-22.04}]')}`,
    ],
  },
  {
    what: 'packages of another release',
    machines: [machine('d1', { release: 'ubuntu-22.04', packages: DOCKER })],
    files: [...WHOLE, packages('ubuntu-24.04', 'docker-ce')],
    gaps: [
      `error d1: the bundle has no packages for ubuntu-22.04 on amd64 → ${brings('apt: [{release: ubuntu-22.04}]')}`,
    ],
  },
  {
    what: 'packages without Docker',
    machines: [
      machine('d1', { release: 'ubuntu-22.04', packages: DOCKER }),
      machine('w1', { release: 'ubuntu-22.04', packages: DOCKER }),
    ],
    files: [...WHOLE, packages('ubuntu-22.04', 'curl')],
    gaps: [
      `error d1,w1: the bundle's packages for ubuntu-22.04 on amd64 lack docker-ce or docker.io, which install_docker asks for → ${brings('apt: [{release: ubuntu-22.04, packages: [docker-ce]}]')}`,
    ],
  },
  {
    what: 'packages with the second of two names',
    machines: [machine('d1', { release: 'ubuntu-22.04', packages: DOCKER })],
    files: [...WHOLE, packages('ubuntu-22.04', 'docker.io')],
    gaps: [],
  },
  {
    what: 'packages for a release that is not known yet',
    machines: [machine('d1', { packages: DOCKER })],
    files: [...WHOLE, packages('ubuntu-22.04', 'docker.io')],
    gaps: [],
  },
])('machines with $what', ({ machines, files, gaps }) => {
  expect(found(files, machines)).toEqual(gaps)
})

it('a group registry was nothing before form 2', () => {
  const [gap] = found(WHOLE, [machine('r1', { role: 'registry' })], [], 1)
  expect(gap).toMatch(/^warning r1: the bundle has no program/)
})

it.each([
  { name: 'a:1', found: undefined },
  { name: 'a:1', pullPolicy: 'IfNotPresent', found: undefined },
  { name: 'a:1', pullPolicy: 'Always', found: 'the pull policy Always' },
  { name: `a@${DIGEST}`, found: undefined },
  { name: `a:latest@${DIGEST}`, found: undefined },
  { name: `a@${DIGEST}`, pullPolicy: 'Always', found: 'the pull policy Always' },
  { name: 'a', found: 'the tag latest and no pull policy' },
  { name: 'a:latest', found: 'the tag latest and no pull policy' },
  { name: 'a:latest', pullPolicy: 'IfNotPresent', found: undefined },
  { name: 'a:latest', pullPolicy: 'Never', found: undefined },
])('an image $name with the pull policy $pullPolicy: $found', ({ name, pullPolicy, found }) => {
  const image = { name, by: 'singleuser.image', ...(pullPolicy && { pullPolicy }) }
  const told = (version: 1 | 2) =>
    pulledImages({ version, description: '', standIn: false, files: [] }, [
      image,
      { ...image, by: 'a puller' },
    ])
  expect(told(2).map(({ message }) => message)).toEqual(
    found
      ? [`each start of singleuser.image and a puller asks the registry for ${name}: it has ${found}`]
      : [],
  )
  expect([...told(2), ...told(1)].map(({ level }) => level)).toEqual(found ? ['error', 'warning'] : [])
})
