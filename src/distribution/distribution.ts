import type { PackageName, PackagesChange } from '../engine/change.ts'
import type { PackageManager } from '../facts/apt.ts'
import type { Fact } from '../facts/fact.ts'
import type { RecordedPackage } from '../facts/recorded-packages.ts'
import type { Script } from '../sh.ts'
import type { BundledPackages } from './bundled-packages.ts'
import type { PackageSources, Trouble } from './package-sources.ts'

export interface InstallOptions {
  title?: string
  /** Whether packages come from the bundle's, and from nowhere else. */
  bundled?: boolean
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
  bundled: BundledPackages
  sources: PackageSources
  /** The version of a package; undefined when it is not fully installed. */
  installed(name: string): Fact<string | undefined>
  /** The recorded packages that are still installed, completely or in part. */
  recorded: Fact<readonly RecordedPackage[]>
  /** Whether convecthub can have installed this package, by name or as a dependency. */
  isOwn(recorded: RecordedPackage): boolean
  /** Installs packages, and records them with their dependencies. Waits while somebody else installs. */
  install(names: readonly PackageName[], options?: InstallOptions): PackagesChange
  /** Removes packages and their configuration, except those that other packages need. Waits in the same way. */
  purge(names: readonly string[]): Script
}
