import type { ClusterHost } from '../cluster/cluster.ts'
import type { Facts } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'
import type { UploadSource } from './apply-options.ts'
import type { Emit, HostSummary } from './event.ts'
import type { Desired, Step } from './step.ts'

export interface RunOptions {
  verb: string
  /** The steps, in the order in which each host does them. The steps that they wait for must be included. */
  recipe: readonly Step[]
  desired: Desired
  /** Adapts `desired` to what the probe found, before anything is planned; see withLead(). */
  orient?: (desired: Desired, facts: ReadonlyMap<string, Facts>) => Desired
  /** The hosts to work on. Other hosts are only probed, when a step needs their facts. */
  hosts: readonly ClusterHost[]
  connect(host: ClusterHost): Promise<Connection>
  source: UploadSource
  /** False for a plan: nothing is changed. */
  apply: boolean
  /** How many hosts to log in to at the same time. */
  forks: number
  /** Ids of findings to treat as warnings. */
  ignore: ReadonlySet<string>
  /** The name written into the hosts' locks, so that others see who holds them. */
  owner: string
  emit: Emit
  signal: AbortSignal
  /** Called with the open connections by host, after planning and before anything is changed. */
  planned?: (connections: ReadonlyMap<string, Connection>) => Promise<void>
}

export interface RunReport {
  ok: boolean
  interrupted: boolean
  hosts: readonly HostSummary[]
  /** Number of planned changes. */
  changes: number
  /** What was wanted, including which driver leads. */
  desired: Desired
  /** The latest facts of each host that answered. */
  facts: ReadonlyMap<string, Facts>
}
