import { expect, it } from 'vitest'
import { type BundleSpec, bundleSpecSchema } from '../../../src/artifacts/bundle-spec.ts'
import { helmItems, imageItems, type PullItem, pullItems } from '../../../src/artifacts/pull/pull-items.ts'

const spec = (more: object = {}): BundleSpec =>
  bundleSpecSchema.parse({ k3s: 'v1.36.4+k3s1', helm: 'v4.2.4', chart: { version: '4.4.0' }, ...more })

const RELEASE = 'https://github.com/k3s-io/k3s/releases/download/v1.36.4%2Bk3s1'
const line = ({ name, way, from, checkedBy, member }: PullItem) =>
  [`${name}: ${way} ${from}`, checkedBy && `by ${checkedBy}`, member && `takes ${member}`]
    .filter(Boolean)
    .join(', ')

const HELM = [
  'sources/helm-v4.2.4-linux-amd64.tar.gz.sha256sum: file https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz.sha256sum',
  'helm: program https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz, by sources/helm-v4.2.4-linux-amd64.tar.gz.sha256sum, takes linux-amd64/helm',
]
const CHART = 'charts/jupyterhub-4.4.0.tgz: chart https://hub.jupyter.org/helm-chart/index.yaml'
const LIST = `sources/k3s-images.txt: file ${RELEASE}/k3s-images.txt`
const K3S = [
  `sources/sha256sum-amd64.txt: file ${RELEASE}/sha256sum-amd64.txt`,
  `k3s: file ${RELEASE}/k3s, by sources/sha256sum-amd64.txt`,
  `images/k3s-airgap-images-amd64.tar.zst: file ${RELEASE}/k3s-airgap-images-amd64.tar.zst, by sources/sha256sum-amd64.txt`,
]

it.each([
  { what: 'little', asked: {}, items: [...HELM, CHART, LIST, ...K3S] },
  {
    what: 'another repository',
    asked: { chart: { repo: 'https://charts.example.com/hub', name: 'hub', version: '1.0.0' } },
    items: [...HELM, 'charts/hub-1.0.0.tgz: chart https://charts.example.com/hub/index.yaml', LIST, ...K3S],
  },
  {
    what: 'arm64 and a registry',
    asked: { architectures: ['arm64'], registry: 'v3.0.0' },
    items: [
      'sources/helm-v4.2.4-linux-arm64.tar.gz.sha256sum: file https://get.helm.sh/helm-v4.2.4-linux-arm64.tar.gz.sha256sum',
      'helm-arm64: program https://get.helm.sh/helm-v4.2.4-linux-arm64.tar.gz, by sources/helm-v4.2.4-linux-arm64.tar.gz.sha256sum, takes linux-arm64/helm',
      CHART,
      LIST,
      `sources/sha256sum-arm64.txt: file ${RELEASE}/sha256sum-arm64.txt`,
      `k3s-arm64: file ${RELEASE}/k3s-arm64, by sources/sha256sum-arm64.txt`,
      `images/k3s-airgap-images-arm64.tar.zst: file ${RELEASE}/k3s-airgap-images-arm64.tar.zst, by sources/sha256sum-arm64.txt`,
      'sources/registry_3.0.0_linux_arm64.tar.gz.sha256: file https://github.com/distribution/distribution/releases/download/v3.0.0/registry_3.0.0_linux_arm64.tar.gz.sha256',
      'registry-arm64: program https://github.com/distribution/distribution/releases/download/v3.0.0/registry_3.0.0_linux_arm64.tar.gz, by sources/registry_3.0.0_linux_arm64.tar.gz.sha256, takes registry',
    ],
  },
])('a bundle.yaml that asks for $what', ({ asked, items }) => {
  expect(pullItems(spec(asked)).map(line)).toEqual(items)
})

it('has each thing once for both architectures, but the chart and the list of images', () => {
  const both = pullItems(spec({ architectures: ['amd64', 'arm64'], registry: 'v3.0.0' }))
  expect(both.map(({ name }) => name)).toEqual([...new Set(both.map(({ name }) => name))])
  expect(both.filter(({ architecture }) => architecture === 'all').map(({ name }) => name)).toEqual([
    'charts/jupyterhub-4.4.0.tgz',
    'sources/k3s-images.txt',
  ])
})

it('knows the Helm of other systems', () => {
  expect(helmItems('v4.2.4', 'darwin', 'arm64').at(-1)).toMatchObject({
    from: 'https://get.helm.sh/helm-v4.2.4-darwin-arm64.tar.gz',
    member: 'darwin-arm64/helm',
  })
})

const PLUGIN = 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0'

it.each([
  { what: 'none', images: [], asked: {}, items: {} },
  {
    what: 'full names, each once, in their order',
    images: ['quay.io/b:1', 'traefik:v3', 'docker.io/library/traefik:v3'],
    asked: {},
    items: {
      'images/docker.io_library_traefik_v3-amd64.tar': 'docker.io/library/traefik:v3',
      'images/quay.io_b_1-amd64.tar': 'quay.io/b:1',
    },
  },
  {
    what: 'an archive for each architecture',
    images: ['quay.io/b:1'],
    asked: { architectures: ['amd64', 'arm64'] },
    items: { 'images/quay.io_b_1-amd64.tar': 'quay.io/b:1', 'images/quay.io_b_1-arm64.tar': 'quay.io/b:1' },
  },
  {
    what: 'nothing that K3s has in its own archive',
    images: ['docker.io/rancher/mirrored-pause:3.6', 'rancher/mirrored-pause:3.6', 'quay.io/b:1'],
    asked: {},
    items: { 'images/quay.io_b_1-amd64.tar': 'quay.io/b:1' },
  },
  {
    what: 'the device plugin',
    images: [],
    asked: { gpu: {} },
    items: { 'images/nvcr.io_nvidia_k8s-device-plugin_v0.20.0-amd64.tar': PLUGIN },
  },
  {
    what: 'names that would have one archive',
    images: ['quay.io/a/b:1', 'quay.io/a_b:1'],
    asked: {},
    items: {
      'images/quay.io_a_b_1-ee94c1aa-amd64.tar': 'quay.io/a/b:1',
      'images/quay.io_a_b_1-ee3ad1bc-amd64.tar': 'quay.io/a_b:1',
    },
  },
])('images: $what', ({ images, asked, items }) => {
  const held = new Set(['docker.io/rancher/mirrored-pause:3.6'])
  const made = imageItems(images, held, spec(asked))
  expect(Object.fromEntries(made.map(({ name, from }) => [name, from]))).toEqual(items)
})

it('marks the device plugin as one for GPUs, also where the chart names it', () => {
  const made = imageItems([PLUGIN, 'quay.io/b:1'], new Set(), spec({ gpu: {} }))
  expect(made.map(({ from, gpu }) => ({ from, gpu }))).toEqual([
    { from: PLUGIN, gpu: true },
    { from: 'quay.io/b:1', gpu: undefined },
  ])
})
