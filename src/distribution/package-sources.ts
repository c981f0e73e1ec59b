import type { Change } from '../engine/change.ts'
import type { Finding, PlanContext } from '../engine/step.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import type { Trouble } from './distribution.ts'

/** A source of packages that a host shall have, and the one key that signs what it holds. */
export interface PackageSource {
  /** By which its files are called: lower-case letters. */
  name: string
  /** Without a slash at its end. */
  uri: string
  suite: string
  component: string
  /** Debian's name, such as amd64. */
  architecture: string
  key: { url: string; fingerprint: string }
}

/** How a distribution gets sources of packages beside those that it has. */
export interface PackageSources {
  /** Every folder in which some version of convecthub can have put a file for it, and under what names. */
  places: readonly { folder: string; name: RegExp }[]
  /** The sources that a host has, which `unneeded` looks at. */
  listed: Fact<unknown>
  /** What all else looks at, for the source of this name. */
  facts(name: string): readonly Fact<unknown>[]
  /** What stands in the way of adding a source. */
  findings(source: PackageSource, context: PlanContext): Finding[]
  /** Whether it is there as convecthub writes it, or something that is there speaks for it. */
  isThere(source: PackageSource, facts: Facts): boolean
  /** An entry of the host's own that can be used in its place. */
  standIn(source: PackageSource, facts: Facts): { file: string; line: number } | undefined
  add(source: PackageSource, facts: Facts): Change[]
  /** Those of convecthub's files that a host should have for a source. */
  wantedPaths(source: PackageSource, facts: Facts): readonly string[]
  /** Those of `paths` that can go; a key that an entry names stays with it. */
  unneeded(paths: readonly string[], facts: Facts): readonly string[]
  /** The change that takes files of ours away, none where there are none. */
  remove(paths: readonly string[]): Change[]
  /** What is told of a key that stays. */
  keptKey(path: string): Trouble
}
