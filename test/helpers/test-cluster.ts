import type { Artifact, BundleLock } from '../../src/artifacts/bundle-lock.ts'
import type { Cluster, ClusterHost } from '../../src/cluster/cluster.ts'
import type { HostSettings } from '../../src/cluster/variables.ts'
import type { Desired } from '../../src/engine/step.ts'
import { Secret } from '../../src/secret.ts'

/** The token of every test cluster, which must never be shown. */
export const TOKEN = 'top-secret-token'

export interface ClusterParts
  extends Partial<Pick<Cluster, 'workdir' | 'hubAdmins' | 'httpPort' | 'httpsPort'>> {
  drivers?: readonly string[]
  workers?: readonly string[]
  /** The machine with the image registry. */
  registry?: string
  settings?: Readonly<Record<string, Partial<HostSettings>>>
}

/** A cluster of named hosts with the addresses 10.0.0.1, 10.0.0.2, … first for the drivers, then for the workers. */
export function testCluster(parts: ClusterParts = {}): Cluster {
  const { drivers = ['d1'], workers = ['w1'], registry, settings = {}, ...rest } = parts
  const hosts = [...drivers, ...workers].map(
    (name, i): ClusterHost => ({
      name,
      nodeName: name.toLowerCase(),
      role: drivers.includes(name) ? 'driver' : 'worker',
      origin: { file: '/inv.toml', line: i + 1 },
      settings: {
        has_gpu: false,
        install_nvidia_driver: true,
        install_docker: true,
        docker_key: 'A'.repeat(40),
        ...settings[name],
      },
      address: `10.0.0.${i + 1}`,
    }),
  )
  const inRole = (wanted: ClusterHost['role']) => hosts.filter(({ role }) => role === wanted)
  return {
    name: 'inv',
    hosts,
    drivers: inRole('driver'),
    workers: inRole('worker'),
    lead: inRole('driver')[0] as ClusterHost,
    rounds: inRole('driver').map((driver) => [driver]),
    registry: hosts.find(({ name }) => name === registry),
    token: new Secret(TOKEN),
    workdir: '/var/lib/convecthub',
    jhubConfigPath: undefined,
    bundleKey: undefined,
    hubAdmins: [],
    httpPort: 80,
    httpsPort: 443,
    ...rest,
  }
}

/** A file of a bundle. Its sha256 is derived from its name, so that no two files have the same. */
export function artifact(name: string, more: Partial<Artifact> = {}): Artifact {
  const sha256 = Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64)
  return {
    name,
    size: 1000,
    sha256,
    kind: 'k3s',
    architecture: 'amd64',
    roles: ['driver', 'worker'],
    ...more,
  }
}

/** An archive of packages for the machines of tests. `names` are what it holds. */
export function testPackages(
  names: readonly string[] = ['curl', 'conntrack', 'docker.io', 'nvidia-container-toolkit'],
  more: Partial<Artifact> = {},
): Artifact {
  const packages = names.map((name) => ({ name, version: '1.0' }))
  const release = more.release ?? 'ubuntu-22.04'
  return artifact(`packages/${release}-amd64.tar`, {
    kind: 'packages',
    size: 80_000_000,
    release,
    packages,
    ...more,
  })
}

export function testBundle(k3sVersion = 'v1.34.1+k3s1', more: readonly Artifact[] = []): BundleLock {
  const files = [
    artifact('k3s', { version: k3sVersion }),
    artifact('helm', { kind: 'helm', roles: ['driver'] }),
    artifact('k3s-airgap-images-amd64.tar', { kind: 'images', size: 2_500_000 }),
    artifact('charts/jupyterhub-4.4.0.tgz', { kind: 'chart', architecture: 'all', roles: ['driver'] }),
    ...more,
  ]
  return { version: 1, description: 'the test bundle', standIn: false, files }
}

/** An archive of hub images that knows what it holds; the digest of each is made from its name. */
export function hubArchive(name = 'hub.tar', more: Partial<Artifact> = {}): Artifact {
  const images = ['hub', 'proxy'].map((image) => `quay.io/jupyterhub/${image}:4.4.0`)
  return artifact(name, {
    kind: 'images',
    size: 300_000_000,
    images: images.map((image) => ({ name: image, digest: imageDigest(image) })),
    ...more,
  })
}

/** A digest for each name of an image. */
export function imageDigest(name: string): string {
  return `sha256:${Buffer.from(name.padStart(32, '.').slice(-32)).toString('hex')}`
}

export function testDesired(parts: ClusterParts = {}, more: Partial<Desired> = {}): Desired {
  return { cluster: testCluster(parts), bundle: testBundle(), jhubConfig: '', ...more }
}

/** The host of this name. */
export function hostOf({ cluster }: Desired, name: string): ClusterHost {
  const host = cluster.hosts.find((each) => each.name === name)
  if (!host) throw new Error(`the test cluster has no ${name}`)
  return host
}
