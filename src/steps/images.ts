import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { imageStore, type StoredImage } from '../facts/image-store.ts'
import { unit } from '../facts/unit.ts'
import { K3S } from '../layout.ts'
import { sh } from '../sh.ts'
import { bundledK3s } from './artifacts.ts'
import type { ImageArchive } from './image-archive.ts'
import { archiveFacts, comesLater, hostArchives, isInPlace, isLacking } from './image-archives.ts'
import { bringIn, importAgain, isPinning, LONGEST_MS, pinImages } from './import-archive.ts'
import { unitName } from './k3s-unit.ts'

/**
 * Sees that each node's K3s has every image that the lock names in the node's archives, and that the kubelet does not
 * delete them. Imports what the node need not wait for when it starts, while other nodes are joining.
 */
export const images: Step = {
  id: 'images',
  title: 'Load the images',
  hosts: ({ cluster }) => cluster.hosts,
  facts: archiveFacts,
  plan: (context) => {
    const { facts, host } = context
    const known = hostArchives(context).filter(({ artifact }) => artifact.images)
    if (known.length === 0) return []
    const store = facts.get(imageStore)
    const changes = known.flatMap((archive) => loadArchive(archive, store, context))
    const isRunning = facts.get(unit(unitName(host))).active === 'active'
    return [...(isRunning && !store ? [waitStore] : []), ...waitLast(changes)]
  },
}

/**
 * Gives K3s all archives before the first one is waited for: it looks into its folder after 2 s, and imports them one
 * after the other, in any order. So each may take as long as all of them.
 */
function waitLast(changes: readonly Change[]): Change[] {
  const waits = changes.filter((change) => change.kind === 'wait')
  const timeoutMs = Math.min(
    LONGEST_MS,
    waits.reduce((sum, wait) => sum + wait.timeoutMs, 0),
  )
  return [...changes.filter(({ kind }) => kind !== 'wait'), ...waits.map((wait) => ({ ...wait, timeoutMs }))]
}

function loadArchive(
  archive: ImageArchive,
  store: ReadonlyMap<string, StoredImage> | undefined,
  context: PlanContext,
): Change[] {
  const { facts } = context
  const version = bundledK3s(context)?.version ?? ''
  // the step `artifacts` puts the others in place
  if (!isInPlace(archive, facts))
    return comesLater(archive, version, facts) ? bringIn(archive, version, context) : []
  if (!store) return []
  const held = archive.artifact.images ?? []
  const lacking = held.filter((image) => isLacking(image, store)).map(({ name }) => name)
  if (lacking.length > 0) return importAgain(archive, lacking, version, facts)
  const loose = held.map(({ name }) => name).filter((name) => store.get(name)?.pinned === false)
  return isPinning(version) && loose.length > 0 ? [pinImages(archive, loose)] : []
}

/** Without the store's list nothing is proven. */
const waitStore: Change = {
  kind: 'wait',
  sign: '!',
  title: 'wait until containerd lists its images',
  timeoutMs: 120_000,
  until: sh`timeout 30 ${K3S} ctr -n k8s.io images ls -q`,
}
