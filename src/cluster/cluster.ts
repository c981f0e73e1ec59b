import type { Origin } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { HostSettings } from './variables.ts'

export type Role = 'driver' | 'worker'

/** A machine of the cluster. */
export interface ClusterHost {
  /** Its name in the inventory. */
  name: string
  /** Its name in Kubernetes: the same in lower case. */
  nodeName: string
  role: Role
  origin: Origin
  settings: HostSettings
  /** The address that ssh connects to. */
  address: string
}

/** The cluster that the inventory describes, validated. Pure data; hosts are in the inventory's order. */
export interface Cluster {
  /** Name of the inventory; reset asks the user to type it. */
  name: string
  hosts: readonly ClusterHost[]
  drivers: readonly ClusterHost[]
  workers: readonly ClusterHost[]
  /** The driver that others join through and that does what is done once. The first driver until facts are known. */
  lead: ClusterHost
  /** The order in which drivers may change: each round starts when all before it are healthy. See withLead. */
  rounds: readonly (readonly ClusterHost[])[]
  /** The machine that serves the images of the bundle to the others: the first in the group registry. */
  registry: ClusterHost | undefined
  token: Secret
  workdir: string
  jhubConfigPath: string | undefined
  /** The OpenSSH public key with which the bundle must be signed. */
  bundleKey: string | undefined
  /** Names of the hub's admins. */
  hubAdmins: readonly string[]
  httpPort: number
  httpsPort: number
}
