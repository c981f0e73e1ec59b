import type { BundleLock } from '../artifacts/bundle-lock.ts'
import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { FindingId } from '../error-codes.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import type { StepRef } from '../step-ref.ts'
import type { Change } from './change.ts'

/** What a run wants, the same for all hosts; pure data, read before the first connection. */
export interface Desired {
  cluster: Cluster
  bundle: BundleLock | undefined
  /** The text of the file at jhub_config_path; empty when there is none. */
  jhubConfig: string
  /** Whether a cluster may go to the K3s of the bundle where that is a newer one. */
  upgrade?: boolean
  /** Machines that are reset, and the driver that takes them out of the cluster where others stay and one of them is well. */
  leaving?: { hosts: readonly ClusterHost[]; by: ClusterHost | undefined }
  /** Whether a reset removes users' data as well. */
  deleteData?: boolean
}

/** What a plan may look at. `peer` gives the facts of a host that answered; one that the step `needs` has. */
export interface PlanContext extends Desired {
  host: ClusterHost
  facts: Facts
  peer(host: string): Facts | undefined
}

/** Something that preflight found: an error stops the run before anything is changed, a warning does not. */
export interface Finding {
  level: 'error' | 'warning'
  /** Stable, for --ignore-preflight. */
  id: FindingId
  host: string
  message: string
  hint: string
  /** What would follow cannot be undone, so no --ignore-preflight counts. */
  firm?: boolean
}

/**
 * One thing that a host should be. `plan` is pure: from facts and wishes to changes, none when it is already so.
 * After the changes the facts are probed again, and the plan must then be empty.
 */
export interface Step {
  id: string
  title: string
  hosts(desired: Desired): readonly ClusterHost[]
  /** Must have gone well before; also lets `plan` see the facts of those hosts. */
  needs?(host: ClusterHost, desired: Desired): readonly StepRef[]
  /** Hosts whose facts `plan` looks at by `peer`; where this is left out, those that it needs. */
  sees?(host: ClusterHost, desired: Desired): readonly ClusterHost[]
  /** Hosts that `check` wants to hear as well, when they answer: no need of this step's. */
  asks?(host: ClusterHost, desired: Desired): readonly ClusterHost[]
  /** Must have ended before, well or not. */
  after?(host: ClusterHost, desired: Desired): readonly StepRef[]
  /** Jobs of an earlier run that are looked at when this step's turn has come: those with another text than wanted end. */
  ends?: readonly string[]
  facts(host: ClusterHost, desired: Desired): readonly Fact<unknown>[]
  /** Problems that must stop the run before its first change; sees all hosts that answered at once. */
  check?(contexts: readonly PlanContext[]): readonly Finding[]
  plan(context: PlanContext): readonly Change[]
}
