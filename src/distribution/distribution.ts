import type { PackageName, PackagesChange } from '../engine/change.ts'
import type { PackageManager } from '../facts/apt.ts'
import type { Fact } from '../facts/fact.ts'
import type { RecordedPackage } from '../facts/recorded-packages.ts'
import type { Script } from '../sh.ts'
import type { PackageSources, Trouble } from './package-sources.ts'

/**
 * A package for a bundle, or alternatives of which the first counts that there is; several in one belong together, and
 * `N` is the highest number with which all of them exist.
 */
export type BundledPackage = string | { firstOf: readonly (string | readonly string[])[] }

/** Which hosts a bundle is for. */
export interface BundledWish {
  id: string
  gpu: boolean
  /** As `uname -r` prints them. */
  kernels: readonly string[]
}

/** A family of Linux distributions: everything that convecthub does differently there. */
export interface Distribution {
  /** The oldest supported release, by ID of os-release(5). */
  oldest: Readonly<Record<string, number>>
  /** The same as text for users. */
  supported: string
  /** IDs that derived distributions name in their ID_LIKE. */
  like: readonly string[]
  manager: {
    fact: Fact<PackageManager>
    missing: Trouble
    /** Packages that somebody else left half installed. The first line of the report is added to the message. */
    broken: Trouble
  }
  packages: {
    /** What K3s and convecthub's checks need: iptables for pods, curl for the login page, conntrack for kube-proxy. */
    base: readonly string[]
    /** The package that contains apparmor_parser. */
    appArmor: string
    /** Docker's own package, then the distribution's. */
    docker: readonly [own: string, other: string]
    nvidiaToolkit: string
  }
  nvidiaDriver: {
    /** The IDs of os-release(5) of the distributions that have the tool. */
    ids: readonly string[]
    tool: string
    title: string
    install(): Script
  }
  /** What a bundle must hold for hosts of this family that get packages from it; `id` as in os-release(5). */
  bundled(wish: BundledWish): readonly BundledPackage[]
  sources: PackageSources
  /** The version of a package; undefined when it is not fully installed. */
  installed(name: string): Fact<string | undefined>
  /** The recorded packages that are still installed, completely or in part. */
  recorded: Fact<readonly RecordedPackage[]>
  /** Whether convecthub can have installed this package, by name or as a dependency. */
  isOwn(recorded: RecordedPackage): boolean
  /** Installs packages, and records them with their dependencies. Waits while somebody else installs. */
  install(names: readonly PackageName[], title?: string): PackagesChange
  /** Removes packages and their configuration, except those that other packages need. Waits in the same way. */
  purge(names: readonly string[]): Script
}
