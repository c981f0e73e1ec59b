import type { PlanContext } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import { imageStore } from '../facts/image-store.ts'
import { unit } from '../facts/unit.ts'
import { bundledK3s } from './artifacts.ts'
import type { HostRule } from './host-rules.ts'
import type { ImageArchive } from './image-archive.ts'
import { comesLater, hostArchives, isInPlace, isLacking } from './image-archives.ts'
import { decompressorOf, importsByItself, readerOf } from './import-archive.ts'
import { unitName } from './k3s-unit.ts'

/** Archives that a running K3s must be given must be readable there. */
export const IMAGE_RULES: readonly HostRule[] = [
  {
    id: 'image-archive',
    wrong: (context) =>
      hostArchives(context).flatMap((archive) => {
        const { artifact } = archive
        const version = importingVersion(archive, context)
        if (version === undefined || readerOf(archive, version, context.facts)) return []
        return `${artifact.name} is compressed with ${decompressorOf(artifact)}, which K3s ${version} only reads when it starts, and the machine has no ${decompressorOf(artifact)}`
      }),
    hint: (context) => {
      const programs = hostArchives(context).flatMap(({ artifact }) => decompressorOf(artifact) ?? [])
      return `\`sudo apt-get install ${[...new Set(programs)].join(' ')}\` there, or put the archive into the bundle as .tar or .tar.gz`
    },
  },
]

/** The version of the running K3s that has to be given an archive; undefined when it need not be. */
function importingVersion(archive: ImageArchive, context: PlanContext): string | undefined {
  const { facts, host } = context
  const { version: running = '' } = facts.get(clusterData)
  const wanted = bundledK3s(context)?.version ?? ''
  if (isInPlace(archive, facts)) {
    const { images } = archive.artifact
    const store = images && facts.get(imageStore)
    return store && images.some((image) => isLacking(image, store)) ? wanted : undefined
  }
  const isActive = facts.get(unit(unitName(host))).active === 'active'
  const byItself = importsByItself(archive, running, facts)
  return isActive && !byItself && !comesLater(archive, wanted, facts) ? running : undefined
}
