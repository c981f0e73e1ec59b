import { basename } from 'node:path/posix'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import { digest } from '../digest.ts'
import type { Change } from '../engine/change.ts'
import type { Finding, PlanContext, Step } from '../engine/step.ts'
import { command } from '../facts/command.ts'
import { file } from '../facts/file.ts'
import { registryStore } from '../facts/registry-store.ts'
import { system } from '../facts/system.ts'
import { IMAGES, REGISTRY_CONTENT, REGISTRY_INCOMING } from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { fitsHost, nodeArtifacts } from './node-artifacts.ts'
import { contentLines, unclearNames } from './registry-content.ts'
import { registryHosts } from './registry-host.ts'

/** How fast the slowest disk unpacks, bytes per ms. */
const UNPACK_BYTES_PER_MS = 5_000

/**
 * Fills the storage of the image registry from the bundle's archives, which the machine has for K3s; others are sent for
 * this. Each archive is unpacked once; then the names are written, and what no name needs any more is removed.
 */
export const registryImages: Step = {
  id: 'registry-images',
  title: 'Fill the image registry',
  hosts: registryHosts,
  facts: (_host, { bundle }) => [
    system,
    registryStore,
    command('zstd'),
    ...(bundle?.files ?? []).filter(isImages).map((artifact) => file(placeOf(artifact))),
  ],
  check: (contexts) => contexts.flatMap(notServed),
  plan: (context) => {
    const { archives, content } = context.facts.get(registryStore)
    const wanted = servedArchives(context)
    const lines = contentLines(wanted).join('')
    const digests = wanted.map(({ sha256 }) => sha256)
    const current = content === digest(lines) && archives.every((sha256) => digests.includes(sha256))
    return [
      ...lackedArchives(context).flatMap((artifact) => add(artifact, context)),
      ...(current ? [] : [serve(lines, digests)]),
    ]
  },
}

/** What is still to come below REGISTRY_DATA, bytes: the blobs, and on its way an archive that is sent for this. */
export function storageBytes(context: PlanContext): number {
  return lackedArchives(context).reduce((sum, artifact) => {
    const blobs = artifact.size * (readerOf(artifact)?.[0] === 'cat' ? 1 : GROWTH)
    return sum + blobs + (isForK3s(artifact, context) ? 0 : artifact.size)
  }, 0)
}

/** How much larger an archive is when it is decompressed; an estimate on the safe side. */
const GROWTH = 3

const isImages = ({ kind }: Artifact) => kind === 'images'

/** Where the machine has an archive for K3s. */
const placeOf = ({ name }: Artifact) => `${IMAGES}/${basename(name)}`

/** The programs that decompress an archive, by the end of its name. */
const READERS: readonly { name: RegExp; command: readonly string[] }[] = [
  { name: /\.tar$/, command: ['cat'] },
  { name: /\.(tar\.gz|tgz)$/, command: ['gzip', '-dc'] },
  { name: /\.(tar\.zst|tzst)$/, command: ['zstd', '-dc'] },
]

const readerOf = ({ name }: Artifact) => READERS.find((reader) => reader.name.test(name))?.command

/** Why an archive cannot be served; undefined when it can. */
function obstacle(artifact: Artifact, { facts }: PlanContext): string | undefined {
  const [program] = readerOf(artifact) ?? []
  if (!artifact.images) return 'bundle.lock.yaml does not say what is in it'
  if (artifact.images.some((image) => !image.digest)) return 'it has no manifests (docker save)'
  if (!program) return 'this form cannot be unpacked'
  return program === 'zstd' && !facts.get(command('zstd')) ? 'zstd is not installed there' : undefined
}

/**
 * The bundle's archives for machines of this cluster: for their architectures, and for GPUs only where there are some.
 * An architecture stays while its machines do not answer.
 */
function clusterArchives({ bundle, cluster, facts, peer }: PlanContext): Artifact[] {
  const all = (bundle?.files ?? []).filter(isImages)
  const { archives } = facts.get(registryStore)
  const there = all.filter(({ sha256 }) => archives.includes(sha256))
  const architectures = new Set<string | undefined>([
    ...cluster.hosts.map(({ name }) => peer(name)?.get(system).architecture),
    ...there.map(({ architecture }) => architecture),
    'all',
  ])
  const gpu = cluster.hosts.some(({ settings }) => settings.has_gpu)
  return all.filter((artifact) => architectures.has(artifact.architecture) && (gpu || !artifact.gpu))
}

/** The archives that are still to be unpacked into the storage. */
function lackedArchives(context: PlanContext): Artifact[] {
  const { archives } = context.facts.get(registryStore)
  return servedArchives(context).filter(({ sha256 }) => !archives.includes(sha256))
}

function servedArchives(context: PlanContext): Artifact[] {
  return clusterArchives(context).filter((artifact) => obstacle(artifact, context) === undefined)
}

function notServed(context: PlanContext): Finding[] {
  const lacking = clusterArchives(context).flatMap((artifact) => {
    const why = obstacle(artifact, context)
    return why === undefined ? [] : [{ artifact, told: `${basename(artifact.name)} (${why})` }]
  })
  const unclear = unclearNames(servedArchives(context)).map(
    (name) => `${name} (two registries have an image of this name)`,
  )
  const all = [...lacking.map(({ told }) => told), ...unclear]
  if (all.length === 0) return []
  // what was pulled would be pulled in the same form again
  const better = lacking.some(({ artifact }) => artifact.from === undefined)
  return [
    {
      level: 'warning',
      id: 'registry-images',
      host: context.host.name,
      message: `the image registry cannot serve ${all.join(', ')}`,
      hint: `machines get these images from the archive itself, and have no other place to get them from again${better ? '; convecthub bundle pull makes archives that can be served' : ''}`,
    },
  ]
}

const library = rawSh(template('remote/registry-store.sh'))

/** Whether the machine has an archive for K3s, or gets it. */
function isForK3s(artifact: Artifact, { facts, host, ...desired }: PlanContext): boolean {
  const there = facts.get(file(placeOf(artifact)))?.digest === artifact.sha256
  return there || (fitsHost(artifact, facts) && nodeArtifacts(host, desired).includes(artifact))
}

function add(artifact: Artifact, context: PlanContext): Change[] {
  const name = basename(artifact.name)
  const sent = !isForK3s(artifact, context)
  const path = sent ? `${REGISTRY_INCOMING}/${name}` : placeOf(artifact)
  return [
    ...(sent
      ? [
          {
            kind: 'upload',
            sign: '+',
            title: `${path} (${Math.ceil(artifact.size / 1e6)} MB), for the image registry`,
            artifact,
            path,
            mode: '644',
          } as const,
        ]
      : []),
    {
      kind: 'run',
      sign: '+',
      title: `unpack ${name} into the image registry`,
      timeoutMs: Math.min(3_600_000, 120_000 + Math.ceil(artifact.size / UNPACK_BYTES_PER_MS)),
      durable: true,
      script: joinSh([
        library,
        sh`unpack ${path} ${artifact.size} ${artifact.sha256} ${[...(readerOf(artifact) ?? [])]}`,
      ]),
    },
  ]
}

function serve(lines: string, archives: readonly string[]): Change {
  const count = lines.split('\n').length - 1
  return {
    kind: 'run',
    sign: '~',
    title: `serve ${count} image${count === 1 ? '' : 's'} from the registry`,
    timeoutMs: 300_000,
    script: joinSh([
      library,
      sh`printf '%s' ${lines} >${`${REGISTRY_CONTENT}.part`}\nserve ${[...archives]}`,
    ]),
  }
}
