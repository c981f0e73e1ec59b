import type { BundleLock, RequiredImage } from '../bundle-lock.ts'
import { parseImageName } from '../images/image-name.ts'
import { type Gap, some } from './gap.ts'

/**
 * Images for which each start of a container asks their registry, although the node has them: without a registry, the pod
 * waits for ever in ErrImagePull (Kubernetes docs, Images: imagePullPolicy and its defaults). Only a warning with a lock of
 * form 1, which may be one for machines with internet.
 */
export function pulledImages({ version }: BundleLock, required: readonly RequiredImage[]): Gap[] {
  const all = new Map<string, { image: RequiredImage; askers: string[] }>()
  for (const image of required.filter(isPulled)) {
    const key = `${image.name} ${image.pullPolicy}`
    all.set(key, { image, askers: [...(all.get(key)?.askers ?? []), image.by] })
  }
  return [...all.values()].map(({ image: { name, pullPolicy }, askers }) => ({
    level: version === 1 ? 'warning' : 'error',
    message: `each start of ${some(askers)} asks the registry for ${name}: it has ${pullPolicy ? `the pull policy ${pullPolicy}` : 'the tag latest and no pull policy'}`,
    hint: `without internet it never starts: ${pullPolicy ? '' : 'name a version instead of latest, or '}set the pull policy to IfNotPresent`,
    machines: [],
  }))
}

function isPulled({ name, pullPolicy }: RequiredImage): boolean {
  const { tag, digest } = parseImageName(name) ?? {}
  return pullPolicy === undefined ? tag === 'latest' && digest === undefined : pullPolicy === 'Always'
}
