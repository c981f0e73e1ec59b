import type { ClusterHost } from '../cluster/cluster.ts'
import type { FindingId } from '../error-codes.ts'
import type { Facts } from '../facts/fact.ts'
import type { HostOutcome } from '../outcome.ts'
import type { Connection } from '../transport/connection.ts'
import type { UploadSource } from './apply-options.ts'
import type { Emit } from './event.ts'
import type { RelayKey } from './relay.ts'
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
  /** Makes the key with which hosts fetch files from each other; left out, this computer sends all files. */
  relay?: (() => RelayKey) | undefined
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

/** How a run ended. Its table, verdict, exit code, JSON and next command all follow from this. */
export interface RunReport {
  verb: string
  /** False when the run only looked, such as a plan. */
  applied: boolean
  /** Nothing failed, and nothing is left to do. */
  ok: boolean
  interrupted: boolean
  /** How long the run took, ms. */
  ms: number
  /** The selected hosts. */
  hosts: readonly HostOutcome[]
  /** Ids of the findings that stopped the run and that --ignore-preflight accepts. */
  ignorable: readonly FindingId[]
  /** What was wanted, including which driver leads. */
  desired: Desired
  /** The latest facts of each host that answered. */
  facts: ReadonlyMap<string, Facts>
}
