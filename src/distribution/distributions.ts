import type { System } from '../facts/system.ts'
import { debian } from './debian.ts'
import type { Distribution } from './distribution.ts'

/** The supported families. A host of another family is treated as the first until preflight rejects it. */
export const DISTRIBUTIONS: readonly [Distribution, ...Distribution[]] = [debian]

/** The family of a host: by ID of os-release(5), else by ID_LIKE. */
export function distributionOf({ os }: { os: Pick<System['os'], 'id' | 'like'> }): Distribution {
  const { id, like } = os
  return (
    DISTRIBUTIONS.find(({ oldest }) => Object.hasOwn(oldest, id)) ??
    DISTRIBUTIONS.find((family) => like.some((name) => family.like.includes(name))) ??
    DISTRIBUTIONS[0]
  )
}
