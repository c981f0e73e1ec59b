import { expect, it } from 'vitest'
import { imageStore } from '../../src/facts/image-store.ts'
import { parseFact } from '../helpers/parse-fact.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const HEAD = 'image REF TYPE DIGEST SIZE PLATFORMS LABELS'
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
const PINNED = 'io.cattle.k3s.pinned=pinned,io.cri-containerd.image=managed,io.cri-containerd.pinned=pinned'

it.each<{ what: string; rows: string[]; images: Record<string, { digest?: string; pinned: boolean }> }>([
  {
    what: 'K3s 1.21.3 prints it',
    rows: [
      `docker.io/rancher/pause:3.1   ${DOCKER} ${DIGEST} 670.4 KiB linux/amd64 io.cri-containerd.image=managed `,
      `sha256:${'b'.repeat(64)} ${DOCKER} ${DIGEST} 2.0 MiB   linux/amd64 io.cri-containerd.image=managed `,
    ],
    images: { 'docker.io/rancher/pause:3.1': { digest: DIGEST, pinned: false } },
  },
  {
    what: 'a newer K3s prints it, which pins what it imports',
    rows: [
      `docker.io/rancher/mirrored-pause:3.6  ${DOCKER} ${DIGEST} 301.5 KiB linux/amd64 ${PINNED}`,
      `docker.io/rancher/mirrored-pause@${DIGEST}  ${DOCKER} ${DIGEST} 301.5 KiB linux/amd64 ${PINNED}`,
    ],
    images: {
      'docker.io/rancher/mirrored-pause:3.6': { digest: DIGEST, pinned: true },
      [`docker.io/rancher/mirrored-pause@${DIGEST}`]: { digest: DIGEST, pinned: true },
    },
  },
  {
    what: 'images were pulled from a registry',
    rows: [
      `docker.io/library/a:1 ${INDEX} ${DIGEST} 2.1 MiB linux/386,linux/arm/v5,unknown/unknown -`,
      `docker.io/library/b:1 ${LIST} ${DIGEST} 2.1 MiB - io.cri-containerd.pinned=not,x=pinned`,
    ],
    images: { 'docker.io/library/a:1': { pinned: false }, 'docker.io/library/b:1': { pinned: false } },
  },
  { what: 'it is empty', rows: [], images: {} },
])('reads the store as $what', ({ rows, images }) => {
  const text = ['image read', HEAD, ...rows.map((row) => `image ${row}`)].join('\n')
  const store = parseFact(imageStore, text)
  expect(Object.fromEntries(store ?? [])).toEqual(images)
})

it.each(['', 'image ', 'image REF TYPE DIGEST SIZE PLATFORMS LABELS'])(
  'does not know the store when K3s does not run or ctr failed: "%s"',
  (text) => {
    expect(parseFact(imageStore, text)).toBeUndefined()
  },
)
