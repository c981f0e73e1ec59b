import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { stringify } from 'yaml'
import { digest } from '../../src/digest.ts'
import { served } from '../artifacts/images/helpers/fake-registry.ts'
import { type MadeImage, madeImage, madeIndex } from '../artifacts/images/helpers/made-image.ts'

export type Architecture = 'amd64' | 'arm64'

/** What the servers of a test offer; all of it is small, and has the form of the real releases. */
export interface Offer {
  /** Bodies by the real address. */
  files: Map<string, Buffer>
  /** The media type of an address, where that counts. */
  types: Map<string, string>
}

/** What makes an offer differ. */
export interface OfferOptions {
  k3s?: string
  helm?: string
  charts?: readonly string[]
  registry?: string
  architectures?: readonly Architecture[]
  /** Images by name with a text that is in their layer. */
  images?: Readonly<Record<string, string>>
  /** The images that Helm's rendering names. */
  rendered?: readonly string[]
  /** Bytes that are added to each of the large files. */
  padding?: number
  /** The images that the release of K3s lists. */
  systemImages?: readonly string[]
  /** What is in the releases, where it must be more than a text. */
  contents?: Partial<Record<'k3s' | 'k3sImages' | 'helm' | 'chart' | 'registry', string | Buffer>>
}

/** What a K3s release of an offer lists as its own images. */
export const SYSTEM_IMAGES = [
  'docker.io/rancher/mirrored-pause:3.6',
  'docker.io/rancher/mirrored-coredns:1.12.3',
]

export const HUB_IMAGE = 'quay.io/jupyterhub/k8s-hub:4.4.0'
const PROXY_IMAGE = 'quay.io/jupyterhub/configurable-http-proxy:5.2.0'

/** Makes an offer as GitHub, get.helm.sh, a chart repository and image registries have it. */
export async function bundleOffer({
  k3s = 'v1.36.4+k3s1',
  helm = 'v4.2.4',
  charts = ['4.4.0', '4.3.0'],
  registry = 'v3.0.0',
  architectures = ['amd64'],
  images = { [HUB_IMAGE]: 'hub', [PROXY_IMAGE]: 'proxy' },
  rendered = [HUB_IMAGE, PROXY_IMAGE],
  padding = 0,
  systemImages = SYSTEM_IMAGES,
  contents = {},
}: OfferOptions = {}): Promise<Offer> {
  const files = new Map<string, Buffer>()
  const types = new Map<string, string>()
  const put = (address: string, body: string | Buffer) => files.set(address, Buffer.from(body))
  const large = (text: string) => Buffer.concat([Buffer.from(text), noise(text, padding)])
  const sums = (names: readonly string[], folder: string) =>
    names.map((name) => `${digest(files.get(folder + name) ?? '')}  ${name}\n`).join('')

  const release = `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(k3s)}/`
  put(`${release}k3s-images.txt`, `${systemImages.join('\n')}\n`)
  const hubs = 'https://github.com/distribution/distribution/releases/download/'
  for (const architecture of architectures) {
    const program = architecture === 'amd64' ? 'k3s' : `k3s-${architecture}`
    const archive = `k3s-airgap-images-${architecture}.tar.zst`
    put(`${release}${program}`, contents.k3s ?? large(`${program} ${k3s}`))
    put(`${release}${archive}`, contents.k3sImages ?? large(`${archive} ${k3s}`))
    put(`${release}sha256sum-${architecture}.txt`, sums([program, archive], release))
    const helmArchive = `helm-${helm}-linux-${architecture}.tar.gz`
    put(
      `https://get.helm.sh/${helmArchive}`,
      await archiveOf({
        [`linux-${architecture}/helm`]: contents.helm ?? helmScript(helm, rendered),
        README: 'x',
      }),
    )
    put(`https://get.helm.sh/${helmArchive}.sha256sum`, sums([helmArchive], 'https://get.helm.sh/'))
    const at = `${hubs}${registry}/`
    const registryArchive = `registry_${registry.slice(1)}_linux_${architecture}.tar.gz`
    put(
      `${at}${registryArchive}`,
      await archiveOf({ LICENSE: 'x', registry: contents.registry ?? large(`registry ${registry}`) }),
    )
    put(`${at}${registryArchive}.sha256`, sums([registryArchive], at))
  }
  const repo = 'https://hub.jupyter.org/helm-chart/'
  for (const version of charts)
    put(
      `${repo}jupyterhub-${version}.tgz`,
      contents.chart ??
        (await archiveOf({
          'jupyterhub/Chart.yaml': `name: jupyterhub
version: ${version}`,
        })),
    )
  put(
    `${repo}index.yaml`,
    chartIndex(charts, (version) => files.get(`${repo}jupyterhub-${version}.tgz`)),
  )
  for (const [name, text] of Object.entries(images)) {
    const made = await Promise.all(
      architectures.map((architecture) =>
        madeImage([text, noise(text, padding).toString('hex')], { architecture }),
      ),
    )
    putImage({ files, types }, name, madeIndex(made))
  }
  return { files, types }
}

/** Adds an image to an offer, or replaces it. */
export function putImage({ files, types }: Offer, name: string, image: MadeImage): void {
  const [, host = '', path = '', tag = ''] = /^([^/]+)\/(.*):(.*)$/.exec(name) ?? []
  for (const [address, { body = '', headers = {} }] of Object.entries(
    served(`https://${host}/v2/${path}`, image, tag),
  )) {
    files.set(address, Buffer.from(body))
    if (headers['content-type']) types.set(address, headers['content-type'])
  }
}

/** The index of a chart repository. */
export function chartIndex(
  versions: readonly string[],
  content: (version: string) => Buffer | undefined,
): string {
  const entries = versions.map((version) => ({
    ...{ apiVersion: 'v2', name: 'jupyterhub', version },
    digest: digest(content(version) ?? ''),
    urls: [`jupyterhub-${version}.tgz`],
  }))
  return stringify({ apiVersion: 'v1', entries: { jupyterhub: entries } })
}

/** A .tar.gz of files. */
export async function archiveOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: Buffer.byteLength(body), mode: 0o755, mtime: new Date(0) },
    body: Buffer.from(body),
  }))
  return gzipSync(await packTar(entries))
}

/** A Helm that renders one pod for each image, whatever it is asked. */
export function helmScript(version: string, images: readonly string[]): string {
  const pods = images.map(
    (image, at) => `{kind: Pod, metadata: {name: p${at}}, spec: {containers: [{image: "${image}"}]}}`,
  )
  return `#!/bin/sh\n# helm ${version}\necho '${pods.join('\n---\n')}'\n`
}

/** Bytes that do not compress, the same for the same text. */
function noise(text: string, size: number): Buffer {
  const parts = Array.from({ length: Math.ceil(size / 32) }, (_, at) =>
    Buffer.from(digest(`${text} ${at}`), 'hex'),
  )
  return Buffer.concat(parts).subarray(0, size)
}
