import type { BundleLock, RequiredImage } from '../artifacts/bundle-lock.ts'
import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { FindingId } from '../error-codes.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import type { StepRef } from '../step-ref.ts'
import type { Change } from './change.ts'

/** What a run wants, the same for all hosts. Plain data that is known before the first connection. */
export interface Desired {
  cluster: Cluster
  bundle: BundleLock | undefined
  /** The images that will be asked for, as far as they are known before the first login. */
  required?: readonly RequiredImage[]
  /** The text of the file at jhub_config_path; empty when there is none. */
  jhubConfig: string
  /** Whether the cluster may be upgraded when the bundle has a newer K3s. */
  upgrade?: boolean
  /** Machines to reset. `by` is a healthy driver that stays and removes them from the cluster, if there is one. */
  leaving?: { hosts: readonly ClusterHost[]; by: ClusterHost | undefined }
  /** Whether a reset also removes users' data. */
  deleteData?: boolean
}

/** What a plan may look at. `peer` returns the facts of a host, if it answered; hosts that a step `needs` always did. */
export interface PlanContext extends Desired {
  host: ClusterHost
  facts: Facts
  peer(host: string): Facts | undefined
}

/** A problem found by preflight. An error stops the run before anything is changed; a warning does not. */
export interface Finding {
  level: 'error' | 'warning'
  /** Stable, for --ignore-preflight. */
  id: FindingId
  host: string
  message: string
  hint: string
  /** --ignore-preflight does not apply, because the consequences could not be undone. */
  firm?: boolean
}

/**
 * One property that a host should have. `plan` is a pure function from facts and settings to changes; it returns
 * none when the host already has the property. After the changes the facts are probed again, and the plan must be empty.
 */
export interface Step {
  id: string
  title: string
  hosts(desired: Desired): readonly ClusterHost[]
  /** Steps that must have succeeded before. `plan` also sees the facts of their hosts. */
  needs?(host: ClusterHost, desired: Desired): readonly StepRef[]
  /** Hosts whose facts `plan` reads through `peer`. Default: the hosts in `needs`. */
  sees?(host: ClusterHost, desired: Desired): readonly ClusterHost[]
  /** More hosts to probe for `check`. The step does not depend on them: they may be down. */
  asks?(host: ClusterHost, desired: Desired): readonly ClusterHost[]
  /** Steps that must have ended before, successfully or not. */
  after?(host: ClusterHost, desired: Desired): readonly StepRef[]
  /** Jobs that this step stops if an earlier run left them running with a script that is no longer wanted. */
  ends?: readonly string[]
  facts(host: ClusterHost, desired: Desired): readonly Fact<unknown>[]
  /** Finds problems before the run's first change. Gets all hosts that answered at once. */
  check?(contexts: readonly PlanContext[]): readonly Finding[]
  plan(context: PlanContext): readonly Change[]
}
