import type { System } from '../facts/system.ts'
import { debian } from './debian.ts'
import type { Distribution } from './distribution.ts'

/** Those that convecthub knows. A host that is none of them, which preflight refuses, is taken for the first. */
export const DISTRIBUTIONS: readonly [Distribution, ...Distribution[]] = [debian]

/** That of a host: by the ID of its os-release(5), else by what it is like. */
export function distributionOf({ os: { id, like } }: Pick<System, 'os'>): Distribution {
  return (
    DISTRIBUTIONS.find(({ oldest }) => Object.hasOwn(oldest, id)) ??
    DISTRIBUTIONS.find((each) => like.some((other) => each.like.includes(other))) ??
    DISTRIBUTIONS[0]
  )
}
