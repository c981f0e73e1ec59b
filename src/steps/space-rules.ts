import type { ClusterHost } from '../cluster/cluster.ts'
import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { Desired, PlanContext } from '../engine/step.ts'
import { type Disk, disk } from '../facts/disk.ts'
import type { Fact } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { system } from '../facts/system.ts'
import { HELM, K3S, PROGRAM_FOLDER, RANCHER, REGISTRY_DATA, STAGED, STATE, TOOL_FOLDER } from '../layout.ts'
import { bundledK3s } from './artifacts.ts'
import { bundledPackages, usesBundle } from './bundled-packages.ts'
import type { HostRule } from './host-rules.ts'
import { hostArchives, isInPlace, isStaged } from './image-archives.ts'
import { GROWTH, importedBytes } from './import-archive.ts'
import { fitsHost, nodeArtifacts } from './node-artifacts.ts'
import { registryHost } from './registry-host.ts'
import { registryImages, storageBytes } from './registry-images.ts'

/** The guide's minimum for the disk of K3s, and what must be left there, MiB. */
const MINIMUM = { sizeMiB: 10 * 1024, freeMiB: 1024 }

/** K3s unpacks the programs that it contains below RANCHER: how much larger they are than it. */
const K3S_UNPACKED = 4

/** The facts that the rules read. */
export function spaceFacts(host: ClusterHost, desired: Desired): readonly Fact<unknown>[] {
  return [
    ...[K3S, STAGED, HELM].map(file),
    ...spacePaths(host, desired).map(disk),
    ...(usesBundle(host) ? DISTRIBUTIONS.flatMap(({ bundled }) => bundled.facts) : []),
    ...(registryHost(desired) === host ? registryImages.facts(host, desired) : []),
  ]
}

function spacePaths(host: ClusterHost, desired: Desired): string[] {
  return [
    ...[RANCHER, PROGRAM_FOLDER],
    ...(host.role === 'driver' ? [TOOL_FOLDER, desired.cluster.workdir] : []),
    ...(usesBundle(host) ? [STATE] : []),
    ...(registryHost(desired) === host ? [REGISTRY_DATA] : []),
  ]
}

export const SPACE_RULES: readonly HostRule[] = [
  {
    id: 'disk',
    wrong: ({ facts }) => {
      const { mount, sizeMiB } = facts.get(disk(RANCHER))
      return sizeMiB < MINIMUM.sizeMiB && `${mount} has ${sizeMiB} MiB; ${MINIMUM.sizeMiB} MiB are needed`
    },
    hint: `enlarge it, or mount a larger disk at ${RANCHER}`,
  },
  {
    id: 'disk',
    wrong: ({ facts }) => {
      const { freeMiB, mount, sizeMiB } = facts.get(disk(RANCHER))
      return (
        sizeMiB >= MINIMUM.sizeMiB && freeMiB < MINIMUM.freeMiB && `${mount} has only ${freeMiB} MiB free`
      )
    },
    hint: 'free some room',
  },
  {
    id: 'disk',
    wrong: (context) => {
      const rancher = context.facts.get(disk(RANCHER))
      const isToldAlready = rancher.sizeMiB < MINIMUM.sizeMiB || rancher.freeMiB < MINIMUM.freeMiB
      return wantedByMount(context).flatMap(([{ mount, freeMiB }, wanted]) => {
        const ofK3s = mount === rancher.mount
        const spare = ofK3s ? MINIMUM.freeMiB : 0
        if ((ofK3s && isToldAlready) || wanted === 0 || freeMiB >= wanted + spare) return []
        const rule = `each archive of images counts with ${GROWTH.plain} times its size in containerd, ${GROWTH.compressed} times if it is compressed`
        return `${mount} has ${freeMiB} MiB free; what is sent needs ${wanted} MiB${ofK3s ? `, and ${spare} MiB must be left (${rule})` : ''}`
      })
    },
    hint: `free some room, or mount a larger disk at ${RANCHER}`,
  },
]

/** What is still to come onto each file system, MiB. */
function wantedByMount(context: PlanContext): [Disk, number][] {
  const mounts = new Map<string, [Disk, number]>()
  for (const [path, bytes] of wantedBytes(context)) {
    const at = context.facts.get(disk(path))
    const [, before] = mounts.get(at.mount) ?? [at, 0]
    mounts.set(at.mount, [at, before + Math.ceil(bytes / 1024 ** 2)])
  }
  return [...mounts.values()]
}

/** What is still to come below each path, bytes. What is there is not counted, nor what its import needed. */
function wantedBytes(context: PlanContext): [path: string, bytes: number][] {
  const { facts, host, cluster } = context
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  const isMissing = (digest: string, ...paths: string[]) =>
    paths.every((path) => facts.get(file(path))?.digest !== digest)
  const sizesOf = (kind: string, ...paths: string[]) =>
    nodeArtifacts(host, context)
      .filter((each) => each.kind === kind && fitsHost(each, facts) && isMissing(each.sha256, ...paths))
      .map(({ size }) => size)
  const k3s = bundledK3s(context)
  const archives = hostArchives(context).filter((archive) => !isInPlace(archive, facts))
  const unpacked = [
    k3s && isMissing(k3s.sha256, K3S) ? k3s.size * K3S_UNPACKED : 0,
    ...archives.map((archive) => (isStaged(archive, facts) ? 0 : archive.artifact.size)),
    ...archives.map(({ artifact }) => importedBytes(artifact)),
  ]
  const wanted: [path: string, bytes: number][] = [
    [RANCHER, sum(unpacked)],
    [PROGRAM_FOLDER, sum(sizesOf('k3s', K3S, STAGED))],
    [TOOL_FOLDER, host.role === 'driver' ? sum(sizesOf('helm', HELM)) : 0],
    [cluster.workdir, cluster.lead === host ? sum(sizesOf('chart')) : 0],
    // the archive, and what is unpacked from it
    [STATE, usesBundle(host) ? 2 * packagesSize(context) : 0],
    [REGISTRY_DATA, registryHost(context) === host ? storageBytes(context) : 0],
  ]
  return wanted.filter(([, bytes]) => bytes > 0)
}

/** How large the bundle's packages for a host are, bytes; 0 when it has them. */
function packagesSize(context: PlanContext): number {
  const archive = bundledPackages(context)
  const { bundled } = distributionOf(context.facts.get(system))
  return !archive || bundled.isThere(archive, context.facts) ? 0 : archive.size
}
