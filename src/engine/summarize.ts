import type { ClusterHost } from '../cluster/cluster.ts'
import type { StepRef } from '../step-ref.ts'
import type { HostSummary, Outcome } from './event.ts'
import type { Ending } from './graph.ts'
import type { Fleet } from './plan-step.ts'

/** A step that has ended on a host. */
export interface Settled extends StepRef {
  ending: Ending
}

/** Counts the outcomes of a run for each host. */
export function summarize(
  hosts: readonly ClusterHost[],
  settled: readonly Settled[],
  fleet: Fleet,
): HostSummary[] {
  return hosts.map(({ name }) => {
    const endings = settled.filter(({ host }) => host === name).map(({ ending }) => ending)
    const count = (outcome: Outcome) => endings.filter((ending) => ending.outcome === outcome).length
    const error = fleet.get(name)?.error ?? endings.find((ending) => ending.error)?.error
    const blockedBy = endings.find((ending) => ending.blockedBy)?.blockedBy
    return {
      host: name,
      changed: count('changed'),
      unchanged: count('unchanged'),
      failed: count('failed'),
      blocked: count('blocked'),
      skipped: count('skipped'),
      ...(error && { error }),
      ...(blockedBy && { blockedBy }),
    }
  })
}
