import type { ClusterHost } from '../cluster/cluster.ts'
import type { Desired, PlanContext } from '../engine/step.ts'
import { type Disk, disk } from '../facts/disk.ts'
import type { Fact } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { HELM, K3S, PROGRAM_FOLDER, RANCHER, STAGED, TOOL_FOLDER } from '../layout.ts'
import { bundledK3s } from './artifacts.ts'
import type { HostRule } from './host-rules.ts'
import { hostArchives, isInPlace, isStaged } from './image-archives.ts'
import { GROWTH, importedBytes } from './import-archive.ts'
import { fitsHost, nodeArtifacts } from './node-artifacts.ts'

/** The guide's minimum for the disk of K3s, and what must be left there, MiB. */
const MINIMUM = { sizeMiB: 10 * 1024, freeMiB: 1024 }

/** K3s unpacks the programs that it contains below RANCHER: how much larger they are than it. */
const K3S_UNPACKED = 4

/** The facts that the rules read. */
export function spaceFacts(host: ClusterHost, desired: Desired): readonly Fact<unknown>[] {
  return [...[K3S, STAGED, HELM].map(file), ...spacePaths(host, desired).map(disk)]
}

function spacePaths({ role }: ClusterHost, { cluster }: Desired): string[] {
  return [RANCHER, PROGRAM_FOLDER, ...(role === 'driver' ? [TOOL_FOLDER, cluster.workdir] : [])]
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
  const wanted = wantedBytes(context)
  const mounts = new Map<string, [Disk, number]>()
  for (const path of spacePaths(context.host, context)) {
    const at = context.facts.get(disk(path))
    const [, before] = mounts.get(at.mount) ?? [at, 0]
    mounts.set(at.mount, [at, before + Math.ceil((wanted[path] ?? 0) / 1024 ** 2)])
  }
  return [...mounts.values()]
}

/** What is still to come below each path, bytes. What is there is not counted, nor what its import needed. */
function wantedBytes(context: PlanContext): Readonly<Record<string, number>> {
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
  return {
    [PROGRAM_FOLDER]: sum(sizesOf('k3s', K3S, STAGED)),
    [TOOL_FOLDER]: sum(sizesOf('helm', HELM)),
    [cluster.workdir]: sum(cluster.lead === host ? sizesOf('chart') : []),
    [RANCHER]: sum([
      k3s && isMissing(k3s.sha256, K3S) ? k3s.size * K3S_UNPACKED : 0,
      ...archives.map((archive) => (isStaged(archive, facts) ? 0 : archive.artifact.size)),
      ...archives.map(({ artifact }) => importedBytes(artifact)),
    ]),
  }
}
