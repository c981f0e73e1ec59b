import type { ClusterHost } from '../cluster/cluster.ts'
import type { ConvecthubError } from '../errors.ts'
import type { HostSummary, Outcome } from './event.ts'

/** Counts a run's outcomes host by host. */
export function summarize(
  hosts: readonly ClusterHost[],
  settled: readonly {
    host: string
    ended: { outcome: Outcome; error?: ConvecthubError; blockedBy?: string }
  }[],
  unreachable: ReadonlyMap<string, ConvecthubError>,
): HostSummary[] {
  return hosts.map(({ name }) => {
    const own = settled.filter(({ host }) => host === name).map(({ ended }) => ended)
    const count = (outcome: Outcome) => own.filter((ended) => ended.outcome === outcome).length
    const error = unreachable.get(name) ?? own.find((ended) => ended.error)?.error
    const blockedBy = own.find((ended) => ended.blockedBy)?.blockedBy
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
