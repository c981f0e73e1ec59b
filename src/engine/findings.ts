import type { ClusterHost } from '../cluster/cluster.ts'
import type { Finding, PlanContext, Step, Wishes } from './step.ts'

/** All problems of all hosts that answered; ignored ones become warnings. */
export function findings(
  recipe: readonly Step[],
  wishes: Wishes,
  hosts: readonly ClusterHost[],
  context: (host: ClusterHost) => PlanContext,
  ignore: ReadonlySet<string>,
): Finding[] {
  return recipe.flatMap((step) => {
    if (!step.check) return []
    const own = step.hosts(wishes).filter((host) => hosts.includes(host))
    const found = step.check(own.map(context))
    return found.map((finding) =>
      ignore.has(finding.id) && !finding.firm ? { ...finding, level: 'warning' as const } : finding,
    )
  })
}
