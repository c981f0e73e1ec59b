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

/** What the inventory asks for, checked. Pure data; drivers and workers in the inventory's order. */
export interface Cluster {
  /** Name of the inventory, which reset wants typed. */
  name: string
  hosts: readonly ClusterHost[]
  drivers: readonly ClusterHost[]
  workers: readonly ClusterHost[]
  /** The driver that others join through and that runs what is run once; the first one, until the machines were asked. */
  lead: ClusterHost
  /** The drivers in the order in which they may change: a round only when all before it are well. See withLead. */
  rounds: readonly (readonly ClusterHost[])[]
  token: Secret
  workdir: string
  jhubConfigPath: string | undefined
  /** Names of the hub's admins. */
  hubAdmins: readonly string[]
  httpPort: number
  httpsPort: number
}
