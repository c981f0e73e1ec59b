import { expect, it } from 'vitest'
import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import { command } from '../../src/facts/command.ts'
import { imageStore, type StoredImage } from '../../src/facts/image-store.ts'
import { images } from '../../src/steps/images.ts'
import { type Answer, is, present, running, shown } from '../helpers/fake-facts.ts'
import { planStep } from '../helpers/plan-step.ts'
import { artifact, hubArchive, imageDigest, testBundle, testDesired } from '../helpers/test-cluster.ts'

const FOLDER = '/var/lib/rancher/k3s/agent/images'
const HUB = `${FOLDER}/hub.tar`
const INCOMING = '/var/lib/rancher/k3s/agent/convecthub-incoming'
const HUB_IMAGE = 'quay.io/jupyterhub/hub:4.4.0'
const PROXY_IMAGE = 'quay.io/jupyterhub/proxy:4.4.0'

const hub = hubArchive()
const unknownDigests = hubArchive('hub.tar', { images: [{ name: HUB_IMAGE }, { name: PROXY_IMAGE }] })
const packed = hubArchive('hub.tar.zst')
const system = artifact('k3s-airgap-images-amd64.tar', {
  kind: 'images',
  images: [{ name: 'docker.io/rancher/mirrored-pause:3.6' }],
})
const held = (path: string, { sha256: digest }: Artifact) => present(path, { digest })
const K3S_RUNS = running('k3s-agent.service')
const zstd = is(command('zstd'), '/usr/bin/zstd')
const stored = (more: Record<string, Partial<StoredImage> | undefined> = {}): Answer => {
  const all = Object.entries({ [HUB_IMAGE]: {}, [PROXY_IMAGE]: {}, ...more }).flatMap(([name, state]) =>
    state ? [[name, { digest: imageDigest(name), pinned: true, ...state }] as const] : [],
  )
  return is(imageStore, new Map(all))
}

const KEEP = `+ run keep ${HUB} for later starts`
const WAIT = `! wait wait until K3s has imported ${HUB}`
const IMPORT = `! run import the images of ${HUB}`
const PIN = `! run pin the images of ${HUB}, so that the kubelet does not delete them`

it.each<{ what: string; version?: string; archives: Artifact[]; answers: Answer[]; plan: string[] }>([
  {
    what: 'nothing while K3s is not there, but what will come',
    version: 'v1.21.3+k3s1',
    archives: [hub, system],
    answers: [],
    plan: [IMPORT, KEEP],
  },
  {
    what: 'a K3s that watches its folder takes them from there',
    archives: [hub],
    answers: [K3S_RUNS, held(`${INCOMING}/hub.tar`, hub), stored({ [HUB_IMAGE]: undefined })],
    plan: [KEEP, WAIT],
  },
  {
    what: 'it takes several of them at once',
    archives: [hub, hubArchive('more.tar')],
    answers: [K3S_RUNS, stored({ [HUB_IMAGE]: undefined })],
    plan: [KEEP, KEEP.replace('hub.tar', 'more.tar'), WAIT, WAIT.replace('hub.tar', 'more.tar')],
  },
  {
    what: 'when such a K3s has an archive of that name, it may not see that it was replaced',
    archives: [hub],
    answers: [K3S_RUNS, held(`${INCOMING}/hub.tar`, hub), present(HUB), stored({ [HUB_IMAGE]: undefined })],
    plan: [IMPORT, PIN, KEEP.replace('+', '~')],
  },
  {
    what: 'nor could anybody see when such a K3s is done with an archive without digests',
    archives: [unknownDigests],
    answers: [K3S_RUNS, held(`${INCOMING}/hub.tar`, hub), stored({ [HUB_IMAGE]: undefined })],
    plan: [IMPORT, PIN, KEEP],
  },
  {
    what: 'K3s has all of them',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored()],
    plan: [],
  },
  {
    what: 'one was deleted from the store',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [HUB_IMAGE]: undefined })],
    plan: [`${IMPORT}, since K3s lacks ${HUB_IMAGE}`, PIN],
  },
  {
    what: 'all were deleted from the store of a K3s that pins nothing',
    version: 'v1.21.3+k3s1',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [HUB_IMAGE]: undefined, [PROXY_IMAGE]: undefined })],
    plan: [`${IMPORT}, since K3s lacks ${HUB_IMAGE} and 1 more`],
  },
  {
    what: 'another image took the name of one',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [PROXY_IMAGE]: { digest: imageDigest('other') } })],
    plan: [`${IMPORT}, since K3s lacks ${PROXY_IMAGE}`, PIN],
  },
  {
    what: 'a name stands for several platforms, whose digest no archive tells',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [PROXY_IMAGE]: { digest: undefined } })],
    plan: [],
  },
  {
    what: 'the archive does not tell its digests',
    archives: [unknownDigests],
    answers: [K3S_RUNS, held(HUB, unknownDigests), stored({ [PROXY_IMAGE]: { digest: imageDigest('x') } })],
    plan: [],
  },
  {
    what: 'an image is asked for by its digest',
    archives: [hubArchive('hub.tar', { images: [{ name: `quay.io/a@${imageDigest(HUB_IMAGE)}` }] })],
    answers: [K3S_RUNS, held(HUB, hub), stored()],
    plan: [],
  },
  {
    what: 'a pin is gone',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [HUB_IMAGE]: { pinned: false } })],
    plan: [PIN],
  },
  {
    what: 'this K3s does not pin',
    version: 'v1.26.12+k3s1',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [HUB_IMAGE]: { pinned: false } })],
    plan: [],
  },
  {
    what: 'the lock does not tell what an archive holds',
    archives: [artifact('hub.tar', { kind: 'images' })],
    answers: [K3S_RUNS, held(HUB, hub), stored({ [HUB_IMAGE]: undefined })],
    plan: [],
  },
  {
    what: 'K3s’s own images are sent before it starts',
    archives: [system],
    answers: [K3S_RUNS, stored()],
    plan: [],
  },
  {
    what: 'K3s’s own images were deleted',
    archives: [system],
    answers: [K3S_RUNS, held(`${FOLDER}/${system.name}`, system), stored()],
    plan: [
      `! run import the images of ${FOLDER}/${system.name}, since K3s lacks docker.io/rancher/mirrored-pause:3.6`,
      PIN.replace('hub.tar', system.name),
    ],
  },
  {
    what: 'K3s runs, and containerd does not answer',
    archives: [hub],
    answers: [K3S_RUNS, held(HUB, hub)],
    plan: ['! wait wait until containerd lists its images'],
  },
  {
    what: 'K3s does not run, and its folder is complete',
    archives: [hub],
    answers: [held(HUB, hub)],
    plan: [],
  },
])('$what: $plan', ({ version, archives, answers, plan }) => {
  const bundle = testBundle(version)
  const files = [...bundle.files.filter(({ kind }) => kind !== 'images'), ...archives]
  const desired = testDesired({}, { bundle: { ...bundle, files } })
  expect(shown(planStep(images, desired, 'w1', { w1: answers }))).toEqual(plan)
})

it.each<{ version: string; archive: Artifact; answers?: Answer[]; command: string }>([
  {
    version: 'v1.21.3+k3s1',
    archive: hub,
    command: '/usr/local/bin/k3s ctr -n k8s.io images import "$archive"',
  },
  {
    version: 'v1.21.3+k3s1',
    archive: packed,
    answers: [zstd],
    command: 'zstd -dc "$archive" | /usr/local/bin/k3s ctr -n k8s.io images import -',
  },
  {
    version: 'v1.32.2+k3s1',
    archive: packed,
    command: '/usr/local/bin/k3s ctr -n k8s.io images import "$archive"',
  },
  {
    version: 'v1.34.1+k3s1',
    archive: hubArchive('hub.tar.gz'),
    answers: [is(command('gzip'), '/usr/bin/gzip')],
    command: 'gzip -dc "$archive" | /usr/local/bin/k3s ctr -n k8s.io images import -',
  },
])('$version imports $archive.name by: $command', ({ version, archive, answers = [], command: wanted }) => {
  const desired = testDesired({}, { bundle: testBundle(version, [archive]) })
  const known = [...answers, K3S_RUNS, held(`${FOLDER}/${archive.name}`, archive), is(imageStore, new Map())]
  const [change] = planStep(images, desired, 'w1', { w1: known })
  expect(change).toMatchObject({ kind: 'run', durable: true })
  expect(change?.kind === 'run' ? change.script.reveal() : '').toContain(`\n${wanted}`)
})

it('gives a large archive more time than a small one', () => {
  const ms = (size: number) => {
    const desired = testDesired({}, { bundle: testBundle('v1.21.3+k3s1', [hubArchive('hub.tar', { size })]) })
    const [change] = planStep(images, desired, 'w1')
    return change?.kind === 'run' ? change.timeoutMs : 0
  }
  expect(ms(6e9)).toBeGreaterThan(4 * ms(3e8))
  expect(ms(1e12)).toBe(3_600_000)
})

it('gives each of several archives the time for all of them, as K3s imports them in any order', () => {
  const waits = (...names: string[]) => {
    const archives = names.map((name) => hubArchive(name))
    const plan = planStep(images, testDesired({}, { bundle: testBundle(undefined, archives) }), 'w1')
    return plan.flatMap((change) => (change.kind === 'wait' ? change.timeoutMs : []))
  }
  const [alone = 0] = waits('hub.tar')
  expect(waits('hub.tar', 'more.tar')).toEqual([2 * alone, 2 * alone])
})

it('pins all images of an archive that is imported again, as an import may take their labels', () => {
  const known = [K3S_RUNS, held(HUB, hub), stored({ [HUB_IMAGE]: undefined })]
  const desired = testDesired({}, { bundle: testBundle(undefined, [hub]) })
  const [, pin] = planStep(images, desired, 'w1', { w1: known })
  expect(pin?.kind === 'run' ? pin.script.reveal() : '').toContain(
    `for image in ${HUB_IMAGE} ${PROXY_IMAGE};`,
  )
})
