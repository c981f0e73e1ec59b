import { expect, it } from 'vitest'
import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import { digest } from '../../src/digest.ts'
import { command } from '../../src/facts/command.ts'
import { disk } from '../../src/facts/disk.ts'
import { registryStore } from '../../src/facts/registry-store.ts'
import { system } from '../../src/facts/system.ts'
import { preflight } from '../../src/steps/preflight.ts'
import { registryImages } from '../../src/steps/registry-images.ts'
import { type Answer, contextOf, diskOf, is, shown, systemOf } from '../helpers/fake-facts.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { bundleOf, HUB, registryDesired } from '../helpers/registry-parts.ts'

const DATA = '/var/lib/convecthub-registry'
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
  const on = registryDesired({}, { bundle: bundleOf(...files) })
  const serve = (count = '') => `~ run serve ${count} image${count === '1' ? '' : 's'} from the registry`
  expect(shown(planStep(registryImages, on, 'd1'))).toEqual(
    plan.map((line) => (line.startsWith('serve') ? serve(line.slice(6)) : line)),
  )
})

it('keeps the images of an architecture whose machines do not answer', () => {
  const arm = archive('arm.tar', { architecture: 'arm64' })
  const on = registryDesired({}, { bundle: bundleOf(arm) })
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
  const on = registryDesired(
    {},
    {
      bundle: bundleOf(
        HUB,
        archive('hand.tar', { images: undefined }),
        archive('saved.tar', { images: [{ name: 'docker.io/library/a:1' }] }),
        archive('system.tar.zst', {}),
        archive('odd.tar.lz4', {}),
        archive('other.tar', {
          images: [{ name: 'docker.io/jupyterhub/k8s-hub:4.4.0', digest: `sha256:${'b'.repeat(64)}` }],
        }),
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
        'the image registry cannot serve hand.tar (bundle.lock.yaml does not say what is in it), saved.tar (it has no manifests (docker save)), system.tar.zst (zstd is not installed there), odd.tar.lz4 (this form cannot be unpacked), jupyterhub/k8s-hub:4.4.0 (two registries have an image of this name)',
    }),
  ])
  expect(warned([is(command('zstd'), '/usr/bin/zstd')])?.[0]?.message).not.toContain('system.tar.zst')
})

it.each([
  { from: undefined, pull: true },
  { from: 'https://github.com/k3s-io/k3s/releases/download/v1/k3s-airgap-images-amd64.tar', pull: false },
])('proposes bundle pull only for archives that it would make otherwise: $from', ({ from, pull }) => {
  const images = [{ name: 'docker.io/rancher/mirrored-pause:3.6' }]
  const on = registryDesired({}, { bundle: bundleOf(archive('k3s-airgap-images.tar', { images, from })) })
  const [warning] = registryImages.check?.([contextOf(registryImages, on, 'd1', knownOf(on, {}))]) ?? []
  expect(warning?.message).toContain('k3s-airgap-images.tar (it has no manifests')
  expect(warning?.hint.includes('convecthub bundle pull')).toBe(pull)
})

const lines = (names: [name: string, hex: string][]) => {
  const files = names.map(([name, hex], i) =>
    archive(`${i}.tar`, { images: [{ name, digest: `sha256:${hex.repeat(64)}` }] }),
  )
  const on = registryDesired({}, { bundle: bundleOf(...files) })
  const last = planStep(registryImages, on, 'd1').at(-1)
  const script = last?.kind === 'run' ? last.script.reveal() : ''
  return (/printf '%s' '?([^'>]*)'? *>/.exec(script)?.[1] ?? '')
    .replaceAll(/([0-9a-f])\1{63}/g, '$1')
    .split('\n')
    .filter(Boolean)
}

it.each<{ what: string; names: [string, string][]; plan: string[] }>([
  { what: 'never where its name is none', names: [['../../etc:1', 'a']], plan: [] },
  { what: 'by name and tag', names: [['nginx:1.27', 'a']], plan: ['library/nginx 1.27 a'] },
  { what: 'by digest alone', names: [[`quay.io/x/y@sha256:${'a'.repeat(64)}`, 'a']], plan: ['x/y - a'] },
  {
    what: 'by the digest of an index, if the archive holds it',
    names: [[`quay.io/x/y:1@sha256:${'b'.repeat(64)}`, 'a']],
    plan: ['x/y 1 a', 'x/y ? b'],
  },
  {
    what: 'by digest alone where two registries have its name',
    names: [
      ['quay.io/x/y:1', 'a'],
      ['docker.io/x/y:1', 'b'],
    ],
    plan: ['x/y - a', 'x/y - b'],
  },
])('serves an image $what', ({ names, plan }) => {
  expect(lines(names)).toEqual(plan)
})

const MIB = 1024 ** 2
const DATA_DISK = (freeMiB: number) => is(disk(DATA), diskOf({ freeMiB, mount: '/srv' }))

it.each<{ what: string; files: Artifact[]; d1: Answer[]; needs: number[] }>([
  {
    what: 'an archive that K3s has',
    files: [archive('a.tar', { size: 1000 * MIB })],
    d1: [DATA_DISK(999)],
    needs: [1000],
  },
  {
    what: 'the same, with room',
    files: [archive('a.tar', { size: 1000 * MIB })],
    d1: [DATA_DISK(1000)],
    needs: [],
  },
  {
    what: 'an archive that is sent for it',
    files: [archive('a.tar', { size: 1000 * MIB, roles: ['worker'] })],
    d1: [DATA_DISK(1999)],
    needs: [2000],
  },
  {
    what: 'a compressed archive',
    files: [archive('a.tar.gz', { size: 1000 * MIB })],
    d1: [DATA_DISK(2999)],
    needs: [3000],
  },
  {
    what: 'an archive that is unpacked already',
    files: [archive('a.tar', { size: 1000 * MIB })],
    d1: [DATA_DISK(0), is(registryStore, { archives: [digest('a.tar')], content: undefined })],
    needs: [],
  },
])('a disk must have room for the storage of $what: $needs', ({ files, d1, needs }) => {
  const on = registryDesired({}, { bundle: bundleOf(...files) })
  const found = preflight.check?.([contextOf(preflight, on, 'd1', knownOf(on, { d1 }))]) ?? []
  const told = found.filter(({ message }) => message.startsWith('/srv'))
  expect(told.map(({ message }) => Number(/needs (\d+) MiB/.exec(message)?.[1]))).toEqual(needs)
})
