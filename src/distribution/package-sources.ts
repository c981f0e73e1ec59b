import type { Change } from '../engine/change.ts'
import type { Finding, PlanContext } from '../engine/step.ts'
import type { Fact, Facts } from '../facts/fact.ts'

/** A problem as preflight reports it. */
export type Trouble = Pick<Finding, 'id' | 'message' | 'hint'>

/** A package source that a host should have, and the key that signs its packages. */
export interface PackageSource {
  /** Part of its file names; lower-case letters only. */
  name: string
  /** Without a trailing slash. */
  uri: string
  suite: string
  component: string
  /** As Debian names it, such as amd64. */
  architecture: string
  key: { url: string; fingerprint: string }
}

/** How to add package sources to a distribution, and to remove them. */
export interface PackageSources {
  /** Every folder where any version of convecthub may have written source files, and the names of those files. */
  places: readonly { folder: string; name: RegExp }[]
  /** The fact that `unneeded` reads: the sources that a host has. */
  listed: Fact<unknown>
  /** The facts that all other functions read, for the source with this name. */
  facts(name: string): readonly Fact<unknown>[]
  /** Problems that prevent adding a source. */
  findings(source: PackageSource, context: PlanContext): Finding[]
  /** Whether the host has the source as convecthub writes it, or an entry of its own for the same address and suite. */
  isThere(source: PackageSource, facts: Facts): boolean
  /** The host's own entry that can be used instead of adding the source. */
  standIn(source: PackageSource, facts: Facts): { file: string; line: number } | undefined
  add(source: PackageSource, facts: Facts): Change[]
  /** The files of convecthub that a host should have for a source. */
  wantedPaths(source: PackageSource, facts: Facts): readonly string[]
  /** The `paths` that can be removed; a key stays while some entry names it. */
  unneeded(paths: readonly string[], facts: Facts): readonly string[]
  /** The change that removes convecthub's files; empty when there are none. */
  remove(paths: readonly string[]): Change[]
  /** The warning about a key that is kept. */
  keptKey(path: string): Trouble
}
