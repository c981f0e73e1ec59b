import type { PackageName } from '../engine/change.ts'
import type { FindingId } from '../error-codes.ts'
import type { Fact } from '../facts/fact.ts'
import type { RecordedPackage } from '../facts/recorded-packages.ts'
import type { Script } from '../sh.ts'
import type { PackageSources } from './package-sources.ts'

/** Whether a package manager is there, and what it says of packages that are half done; empty where all is well. */
export interface PackageManager {
  present: boolean
  broken: string
}

/** A family of distributions: all that convecthub does otherwise there than elsewhere. */
export interface Distribution {
  /** By their ID in os-release(5): the oldest release that is supported. */
  oldest: Readonly<Record<string, number>>
  /** The same for people. */
  supported: string
  /** What others of the family name in their ID_LIKE. */
  like: readonly string[]
  manager: {
    fact: Fact<PackageManager>
    missing: Trouble
    /** Half done by somebody else than convecthub; the message goes on with the first line of what it says. */
    broken: Trouble
  }
  packages: {
    /** What K3s and convecthub's own checks call: iptables for pods, curl for the login page, conntrack for kube-proxy. */
    base: readonly string[]
    /** Has apparmor_parser. */
    appArmor: string
    /** Docker's own, then the distribution's. */
    docker: readonly [own: string, other: string]
    nvidiaToolkit: string
  }
  nvidiaDriver: {
    /** IDs of os-release(5) that have the tool. */
    ids: readonly string[]
    tool: string
    title: string
    install(): Script
  }
  sources: PackageSources
  /** The version of a package, undefined when it is not (wholly) installed. */
  installed(name: string): Fact<string | undefined>
  /** The packages of convecthub's record that are installed, or of which something is left. */
  recorded: Fact<readonly RecordedPackage[]>
  /** Whether convecthub can have installed this package, by its own wish or along with another one. */
  isOwn(recorded: RecordedPackage): boolean
  /** Installs packages, and records what came with them. Waits while others install. */
  install(names: readonly PackageName[]): Script
  /** Removes packages and their configuration, but for those that something else needs by now. Waits in the same way. */
  purge(names: readonly string[]): Script
}

/** What preflight finds of it. */
export interface Trouble {
  id: FindingId
  message: string
  hint: string
}
