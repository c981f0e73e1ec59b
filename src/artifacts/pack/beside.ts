import { BUNDLE_LOCK } from '../bundle-lock.ts'
import { BUNDLE_SPEC } from '../bundle-spec.ts'
import { SIGNATURE } from '../signature.ts'

/** Files of a bundle that its lock does not list, in their order in a pack: the lock, which tells of all others, first. */
export const BESIDE: readonly string[] = [BUNDLE_LOCK, SIGNATURE, BUNDLE_SPEC]
