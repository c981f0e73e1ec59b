import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { releaseOf } from '../../src/artifacts/apt/releases.ts'
import { fullImageName, parseImageName } from '../../src/artifacts/images/image-name.ts'
import { distributionOf } from '../../src/distribution/distributions.ts'
import { chartPackage } from '../../src/lab/stand-in-chart.ts'
import { HUB_IMAGES, imageArchive, SYSTEM_IMAGES } from '../../src/lab/stand-in-images.ts'
import { standInHelm, standInK3s } from '../../src/lab/stand-in-programs.ts'
import { buildPackage, writeSuite } from '../artifacts/apt/small-mirror.ts'
import { madeImage, madeIndex } from '../artifacts/images/helpers/made-image.ts'
import { REGISTRY_PROGRAM, startRegistry } from '../artifacts/images/helpers/real-registry.ts'
import { type Architecture, bundleOffer, type Offer } from '../helpers/bundle-offer.ts'
import { bundleServers } from '../helpers/bundle-servers.ts'
import { forwarder } from '../helpers/forwarder.ts'

/** What the internet has in a test: all that a bundle is made of, at the real addresses. */
export interface InternetOptions {
  k3s: string
  helm: string
  chart: string
  registry: string
  architecture: Architecture
  /** For which the distribution's mirror has packages, such as `debian-12`. */
  release: string
  /** Images besides those of K3s and the chart. */
  images: readonly string[]
}

/** Servers on this computer that stand for the internet. */
export interface Internet {
  /** For `mirrors` of bundle.yaml. */
  mirrors: Record<string, string>
  /** The key that signs all packages, a file. */
  key: string
  /** For `sources` of bundle.yaml: where Docker has packages. */
  docker: Record<string, unknown>
  /** What was asked of all servers since the last call. */
  asked(): string[]
  /** Gives the name of an image to another one. */
  replaceImage(name: string): Promise<void>
  stop(): Promise<void>
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Where Docker has packages. */
const DOCKER_PACKAGES = 'https://download.docker.com/linux/debian'

/** What stands in for Docker: a service that sleeps. */
const DOCKER = {
  'usr/bin/dockerd': '#!/bin/sh\nexec sleep infinity\n',
  'lib/systemd/system/docker.service':
    '[Service]\nExecStart=/usr/bin/dockerd\nExecReload=/bin/true\n\n[Install]\nWantedBy=multi-user.target\n',
}

/**
 * GitHub, get.helm.sh, the chart's repository, Docker's packages and a mirror of the distribution in one server of
 * files, which are the stand-ins of the lab in the form of the real releases; the image registries in a real one.
 */
export async function startInternet({ architecture, ...options }: InternetOptions): Promise<Internet> {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-internet-'))
  const { content: k3sImages } = await imageArchive(SYSTEM_IMAGES, architecture)
  const offer = await bundleOffer({
    ...{ k3s: options.k3s, helm: options.helm, charts: [options.chart], registry: options.registry },
    ...{ architectures: [architecture], images: {}, systemImages: SYSTEM_IMAGES.map(fullImageName) },
    contents: {
      // one that called itself a stand-in would not fit a bundle that does not
      k3s: standInK3s(options.k3s).replaceAll('(stand-in)', '(24fc436e)'),
      k3sImages: execFileSync('zstd', ['-q'], { input: k3sImages }),
      helm: standInHelm(),
      chart: await chartPackage(),
      registry: readFileSync(REGISTRY_PROGRAM),
    },
  })
  const key = addPackages(offer, join(folder, 'mirror'), options.release, architecture)
  const files = await bundleServers(offer, { chunk: 1024 * 1024 })
  mkdirSync(join(folder, 'registry'))
  const registry = await startRegistry(join(folder, 'registry'))
  const images = await forwarder(Number(registry.host.split(':')[1]))
  let versions = 0
  const push = async (name: string) => {
    const { registry: host, repository, tag } = parseImageName(name) ?? {}
    const text = [name, `${versions++}`]
    const made = [
      await madeImage(text, { architecture: 'amd64' }),
      await madeImage(text, { architecture: 'arm64', variant: 'v8' }),
    ]
    await registry.push(`${host}/${repository}`, madeIndex(made), tag ?? 'latest')
  }
  const all = [...HUB_IMAGES, ...options.images]
  for (const name of all) await push(name)
  const hosts = new Set(all.map((name) => parseImageName(name)?.registry ?? ''))
  return {
    mirrors: {
      ...files.mirrors,
      ...Object.fromEntries([...hosts].map((host) => [host, `${images.host}/${host}`])),
    },
    key,
    docker: {
      ...{ uri: DOCKER_PACKAGES, suite: 'stable', components: ['main'] },
      ...{ key: `${DOCKER_PACKAGES}/key.gpg`, fingerprint: fingerprintOf(key) },
    },
    asked: () => [...files.asked.splice(0).map(({ url }) => url), ...images.asked.splice(0)],
    replaceImage: push,
    async stop() {
      await Promise.all([files.stop(), images.stop(), registry.stop()])
      rmSync(folder, { recursive: true })
    },
  }
}

/** Adds the packages that convecthub may ask for: Docker's, and those of the distribution. Returns the path of their key. */
function addPackages(offer: Offer, folder: string, release: string, architecture: Architecture): string {
  const { id, lines } = releaseOf({ release }, architecture) ?? {}
  const [first] = lines ?? []
  if (id === undefined || !lines || !first) throw new Error(`there are no packages for ${release}`)
  const { needed } = distributionOf({ os: { id, like: [] } }).bundled
  const names = needed({ id, gpu: true, kernels: [] })
    .flatMap((name) => (typeof name === 'string' ? name : name.firstOf.flat()))
    .map((name) => name.replace('N', '550'))
  const held: Readonly<Record<string, (place: string) => string[]>> = {
    [first.suite]: (place) => [
      buildPackage(place, 'essential', { Essential: 'yes' }),
      ...[...new Set(names)].filter((name) => name !== 'docker-ce').map((name) => buildPackage(place, name)),
    ],
    stable: (place) => [buildPackage(place, 'docker-ce', {}, DOCKER)],
  }
  for (const { uri, suite } of [...lines, { uri: DOCKER_PACKAGES, suite: 'stable' }]) {
    const { host, pathname } = new URL(uri)
    const place = join(folder, host, pathname)
    mkdirSync(place, { recursive: true })
    writeSuite(place, suite, held[suite]?.(place) ?? [], architecture)
  }
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) offer.files.set(`https:/${path.slice(folder.length)}`, readFileSync(path))
  }
  const { host, pathname } = new URL(first.uri)
  return join(folder, host, pathname, 'key.gpg')
}

/** The OpenPGP fingerprint of a key. */
function fingerprintOf(path: string): string {
  const script = '. templates/remote/openpgp.sh; openpgp_keys "$1"'
  return execFileSync('sh', ['-c', script, 'sh', path], { cwd: ROOT, encoding: 'utf8' }).trim()
}
