import { basename } from 'node:path/posix'
import type { HeldImage } from '../artifacts/bundle-lock.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { Desired, PlanContext } from '../engine/step.ts'
import { command } from '../facts/command.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { imageStore, type StoredImage } from '../facts/image-store.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { IMAGES, INCOMING_IMAGES } from '../layout.ts'
import type { ImageArchive } from './image-archive.ts'
import { DECOMPRESSORS, importsByItself, readerOf } from './import-archive.ts'
import { unitName } from './k3s-unit.ts'
import { fitsHost, isSent, nodeArtifacts } from './node-artifacts.ts'

/** The mode of archives on hosts. */
export const ARCHIVE_MODE = '644'

/** The facts for sending, importing and proving archives. */
export function archiveFacts(host: ClusterHost, desired: Desired): readonly Fact<unknown>[] {
  const archives = archivesFor(host, desired)
  return [
    system,
    unit(unitName(host)),
    // nothing to compare it with where the lock does not say what archives hold
    ...(archives.some(({ artifact }) => artifact.images) ? [imageStore] : []),
    ...archives.flatMap(({ path, staged }) => [path, staged]).map(file),
    ...DECOMPRESSORS.map(({ program }) => command(program)),
  ]
}

/** The archives that this host needs, for its architecture. */
export function hostArchives(context: PlanContext): readonly ImageArchive[] {
  return archivesFor(context.host, context).filter(({ artifact }) => fitsHost(artifact, context.facts))
}

function archivesFor(host: ClusterHost, desired: Desired): ImageArchive[] {
  return nodeArtifacts(host, desired)
    .filter(({ kind }) => kind === 'images')
    .map((artifact) => {
      const name = basename(artifact.name)
      return { artifact, path: `${IMAGES}/${name}`, staged: `${INCOMING_IMAGES}/${name}` }
    })
}

/** Whether K3s will find the archive when it starts. */
export function isInPlace({ artifact, path }: ImageArchive, facts: Facts): boolean {
  return isSent(facts.get(file(path)), artifact, ARCHIVE_MODE)
}

/** Whether the archive was sent, and not imported yet. */
export function isStaged({ artifact, staged }: ImageArchive, facts: Facts): boolean {
  return isSent(facts.get(file(staged)), artifact, ARCHIVE_MODE)
}

/**
 * Whether an archive is imported once the node is Ready, instead of by K3s when it starts: K3s starts its kubelet only
 * then, and the next server cannot join before. Never K3s's own images, nor archives of which the lock does not say
 * what they hold. `version` is that of K3s by then.
 */
export function comesLater(archive: ImageArchive, version: string, facts: Facts): boolean {
  const { images = [] } = archive.artifact
  const ofHub = images.length > 0 && !images.some(({ name }) => name.startsWith('docker.io/rancher/'))
  return (
    ofHub && (importsByItself(archive, version, facts) || readerOf(archive, version, facts) !== undefined)
  )
}

/** Whether a node's store does not have an image, or has another one of that name. */
export function isLacking({ name, digest }: HeldImage, store: ReadonlyMap<string, StoredImage>): boolean {
  const [, ownDigest] = name.split('@')
  if (ownDigest) return ![...store.values()].some((stored) => stored.digest === ownDigest)
  const stored = store.get(name)
  return !stored || (digest !== undefined && stored.digest !== undefined && stored.digest !== digest)
}
