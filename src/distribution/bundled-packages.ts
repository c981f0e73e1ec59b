import type { Change, PackageName, UploadChange } from '../engine/change.ts'
import type { Fact, Facts } from '../facts/fact.ts'

/**
 * A package for a bundle, or alternatives of which the first counts that there is; several in one belong together, and
 * `N` is the highest number with which all of them exist.
 */
export type BundledPackage = string | { firstOf: readonly (string | readonly string[])[] }

/** Which hosts a bundle is for. */
export interface BundleHosts {
  /** ID of os-release(5). */
  id: string
  gpu: boolean
  /** As `uname -r` prints them. */
  kernels: readonly string[]
}

/** A file of the bundle with packages for a release and architecture. */
export type PackagesArchive = UploadChange['artifact']

/** How hosts of a distribution get packages from the bundle, where apt_repo=bundle. */
export interface BundledPackages {
  /** What the bundle must hold. */
  needed(hosts: BundleHosts): readonly BundledPackage[]
  /**
   * The packages of the NVIDIA driver for a release and kernel, from the names of those that the bundle has. Empty where
   * convecthub installs no driver.
   */
  driver(held: readonly string[], host: { id: string; kernel: string }): readonly string[]
  /** The facts that the other functions read. */
  facts: readonly Fact<unknown>[]
  /** Whether the package manager of the host reads this archive of packages, and no older one. */
  isThere(archive: PackagesArchive, facts: Facts): boolean
  /** Sends the archive and lets the package manager read it. Fails when `names` cannot all be installed from it. */
  add(archive: PackagesArchive, names: readonly PackageName[], facts: Facts): Change[]
  /** Removes what `add` left; empty when there is nothing. */
  remove(facts: Facts): Change[]
}
