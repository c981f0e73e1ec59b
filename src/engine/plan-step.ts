import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change } from './change.ts'
import type { HostRun } from './host-run.ts'
import type { Desired, PlanContext, Step } from './step.ts'

/** The hosts of a run, by name. */
export type Fleet = ReadonlyMap<string, HostRun>

/** What a step has to change on a host; undefined while a host whose facts it reads has not answered. */
export function planStep(
  step: Step,
  at: HostRun,
  fleet: Fleet,
  desired: Desired,
): readonly Change[] | undefined {
  const { host } = at
  const answered = [host.name, ...seenHosts(step, host, desired)].every((name) => fleet.get(name)?.facts)
  return answered ? step.plan(planContext(at, fleet, desired)) : undefined
}

/** The names of the hosts whose facts a step reads to plan for this host. */
export function seenHosts(step: Step, host: ClusterHost, desired: Desired): readonly string[] {
  return (
    step.sees?.(host, desired).map(({ name }) => name) ??
    (step.needs?.(host, desired) ?? []).map((ref) => ref.host)
  )
}

/** What a step gets to see when it plans for a host that has answered. */
export function planContext({ host, facts }: HostRun, fleet: Fleet, desired: Desired): PlanContext {
  if (facts === undefined) throw new Error(`the facts of ${host.name} are not known`)
  return { ...desired, host, facts, peer: (name) => fleet.get(name)?.facts }
}
