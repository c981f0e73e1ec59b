import type { RequiredImage } from '../bundle-lock.ts'
import { parseImageName } from '../images/image-name.ts'
import type { Gap } from './gap.ts'

/**
 * Images for which each start of a container asks their registry, although the node has them: without a registry, the pod
 * waits for ever in ErrImagePull (Kubernetes docs, Images: imagePullPolicy and its defaults).
 */
export function pulledImages(required: readonly RequiredImage[]): Gap[] {
  const found = required.filter(isPulled).map(({ name, by, pullPolicy }) => ({
    level: 'error' as const,
    message: `each start of ${by} asks the registry for ${name}: it has ${pullPolicy ? `the pull policy ${pullPolicy}` : 'the tag latest and no pull policy'}`,
    hint: `without internet it never starts: ${pullPolicy ? '' : 'name a version instead of latest, or '}set the pull policy to IfNotPresent`,
    machines: [],
  }))
  return [...new Map(found.map((gap) => [gap.message, gap])).values()]
}

function isPulled({ name, pullPolicy }: RequiredImage): boolean {
  const { tag, digest } = parseImageName(name) ?? {}
  return pullPolicy === undefined ? tag === 'latest' && digest === undefined : pullPolicy === 'Always'
}
