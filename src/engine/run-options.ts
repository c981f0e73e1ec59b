import type { ClusterHost } from '../cluster/cluster.ts'
import type { Facts } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'
import type { UploadSource } from './apply-options.ts'
import type { Emit, HostSummary } from './event.ts'
import type { Desired, Step } from './step.ts'

export interface RunOptions {
  verb: string
  /** Hosts do these in this order; what a step waits for must be in it as well. */
  recipe: readonly Step[]
  desired: Desired
  /** What the answers of the machines make of the wishes, before anything is planned; see withLead. */
  orient?: (desired: Desired, facts: ReadonlyMap<string, Facts>) => Desired
  /** The hosts to work on; others are only asked when a step needs them. */
  hosts: readonly ClusterHost[]
  connect(host: ClusterHost): Promise<Connection>
  source: UploadSource
  /** False for a plan: nothing is changed. */
  apply: boolean
  /** Most logins at once. */
  forks: number
  /** Ids of findings that count as warnings. */
  ignore: ReadonlySet<string>
  /** Who holds the hosts' locks, for others to read. */
  owner: string
  emit: Emit
  signal: AbortSignal
  /** Called with the open connections, by host, after the plan was made, before anything is changed. */
  planned?: (connections: ReadonlyMap<string, Connection>) => Promise<void>
}

export interface RunReport {
  ok: boolean
  interrupted: boolean
  hosts: readonly HostSummary[]
  /** Changes planned in all. */
  changes: number
  /** What was wanted, with the driver that leads. */
  desired: Desired
  /** The facts of each host that answered, as last probed. */
  facts: ReadonlyMap<string, Facts>
}
