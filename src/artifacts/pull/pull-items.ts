import { digest } from '../../digest.ts'
import type { PackagesItem } from '../apt/package-items.ts'
import type { Artifact } from '../bundle-lock.ts'
import type { BundleSpec } from '../bundle-spec.ts'
import { fullImageName } from '../images/image-name.ts'

/** How an item is made: fetched as it is, taken out of an archive, found in a chart repository, or put together. */
type Way = 'file' | 'program' | 'chart' | 'image' | 'packages'

/** A file that a bundle must hold. `from` and all the rest follow from bundle.yaml alone. */
export interface PullItem
  extends Pick<Artifact, 'name' | 'kind' | 'architecture' | 'roles' | 'version' | 'gpu' | 'release'> {
  way: Way
  /**
   * The address of the file, of the archive that it is in, or of the chart repository's index; the name of an image; for
   * packages what is asked for, as a digest.
   */
  from: string
  /** The item with the sha256 of what lies at `from`. */
  checkedBy?: string
  /** The path of a program in its archive. */
  member?: string
  /** Make what is put together, and tell what it would hold. */
  make?: PackagesItem['make']
  wouldHold?: PackagesItem['wouldHold']
  /** The line of bundle.yaml that asks for it, where that decides the address. */
  line?: string
}

/** Where releases lie. */
export const ADDRESSES = {
  k3s: (version: string, file: string) =>
    `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(version)}/${file}`,
  helm: (file: string) => `https://get.helm.sh/${file}`,
  registry: (version: string, file: string) =>
    `https://github.com/distribution/distribution/releases/download/${version}/${file}`,
} as const

/** The item with the names of the images in K3s' archive. */
export const K3S_IMAGES = 'sources/k3s-images.txt'

const BOTH: Artifact['roles'] = ['driver', 'worker']

/** What a bundle holds besides images and packages, in the order in which it is fetched: the images depend on the first. */
export function pullItems(spec: BundleSpec): PullItem[] {
  const { k3s, architectures, chart } = spec
  return [
    ...architectures.flatMap((architecture) => helmItems(spec.helm, 'linux', architecture)),
    {
      name: `charts/${chart.name}-${chart.version}.tgz`,
      ...{ way: 'chart', kind: 'chart', architecture: 'all', roles: ['driver'], version: chart.version },
      from: `${chart.repo}${chart.repo.endsWith('/') ? '' : '/'}index.yaml`,
      line: `chart: {repo: ${chart.repo}}`,
    },
    source(K3S_IMAGES, 'all', ADDRESSES.k3s(k3s, 'k3s-images.txt'), `k3s: ${k3s}`),
    ...architectures.flatMap((architecture) => k3sItems(k3s, architecture)),
    ...architectures.flatMap((architecture) =>
      spec.registry === undefined ? [] : registryItems(spec.registry, architecture),
    ),
  ]
}

type Architecture = BundleSpec['architectures'][number]

/** The Helm of a system, as get.helm.sh names it: of `linux` for hosts, of others to render on this computer. */
export function helmItems(version: string, system: string, architecture: Architecture): PullItem[] {
  const archive = `helm-${version}-${system}-${architecture}.tar.gz`
  const sums = `sources/${archive}.sha256sum`
  const line = `helm: ${version}`
  return [
    source(sums, architecture, ADDRESSES.helm(`${archive}.sha256sum`), line),
    {
      name: `helm${suffix(architecture)}`,
      ...{ way: 'program', kind: 'helm', architecture, roles: ['driver'], version },
      from: ADDRESSES.helm(archive),
      ...{ checkedBy: sums, member: `${system}-${architecture}/helm`, line },
    },
  ]
}

function k3sItems(version: string, architecture: Architecture): PullItem[] {
  const sums = `sha256sum-${architecture}.txt`
  const program = `k3s${suffix(architecture)}`
  const images = `k3s-airgap-images-${architecture}.tar.zst`
  const line = `k3s: ${version}`
  const checked = { way: 'file', architecture, roles: BOTH, checkedBy: `sources/${sums}`, line } as const
  return [
    source(`sources/${sums}`, architecture, ADDRESSES.k3s(version, sums), line),
    { name: program, kind: 'k3s', version, from: ADDRESSES.k3s(version, program), ...checked },
    { name: `images/${images}`, kind: 'images', from: ADDRESSES.k3s(version, images), ...checked },
  ]
}

function registryItems(version: string, architecture: Architecture): PullItem[] {
  const archive = `registry_${version.slice(1)}_linux_${architecture}.tar.gz`
  const sums = `sources/${archive}.sha256`
  const line = `registry: ${version}`
  return [
    source(sums, architecture, ADDRESSES.registry(version, `${archive}.sha256`), line),
    {
      name: `registry-${architecture}`,
      ...{ way: 'program', kind: 'registry', architecture, roles: BOTH, version },
      from: ADDRESSES.registry(version, archive),
      ...{ checkedBy: sums, member: 'registry', line },
    },
  ]
}

/** One archive for each image and architecture. `held` are the images in K3s' own archive; gpu.devicePlugin is of GPUs. */
export function imageItems(
  names: readonly string[],
  held: ReadonlySet<string>,
  { architectures, gpu }: BundleSpec,
): PullItem[] {
  const wanted = [...new Set([...names, ...(gpu ? [gpu.devicePlugin] : [])].map(fullImageName))]
    .filter((name) => !held.has(name))
    .toSorted()
  const bases = wanted.map((name) => name.replace(/[/:@]/g, '_'))
  return wanted.flatMap((name, at) =>
    architectures.map((architecture): PullItem => {
      const base = bases[at] ?? ''
      // a/b:1 and a_b:1 would have the same archive
      const twice = bases.indexOf(base) !== bases.lastIndexOf(base)
      return {
        name: `images/${base}${twice ? `-${digest(name).slice(0, 8)}` : ''}-${architecture}.tar`,
        ...{ way: 'image', kind: 'images', architecture, roles: BOTH, from: name },
        ...(gpu && name === fullImageName(gpu.devicePlugin) && { gpu: true }),
      }
    }),
  )
}

/** The archives with packages. */
export function packageItems(made: readonly PackagesItem[], { apt, gpu }: BundleSpec): PullItem[] {
  return made.map((item) => {
    const asked = apt.find(({ release }) => release === item.release)
    const from = `apt ${digest(JSON.stringify([asked, gpu !== undefined])).slice(0, 12)}`
    return { ...item, way: 'packages', from }
  })
}

function source(name: string, architecture: Artifact['architecture'], from: string, line: string): PullItem {
  return { name, way: 'file', kind: 'source', architecture, roles: [], from, line }
}

/** K3s and Helm for amd64 have no suffix, as on K3s' release page. */
function suffix(architecture: Architecture): string {
  return architecture === 'amd64' ? '' : `-${architecture}`
}
