import type { ClusterHost } from '../cluster/cluster.ts'
import type { Fact } from '../facts/fact.ts'
import type { RunOptions } from './run-options.ts'
import type { Step } from './step.ts'

type Recipe = Pick<RunOptions, 'recipe' | 'desired'>

/** The steps of a recipe that concern this host, in order. */
export function stepsOf(host: ClusterHost, { recipe, desired }: Recipe): readonly Step[] {
  return recipe.filter((step) => step.hosts(desired).includes(host))
}

/**
 * All facts that a host is asked for its steps. A driver is asked what the one that leads is asked, for who that is shows
 * in the answers.
 */
export function factsOf(host: ClusterHost, { recipe, desired }: Recipe): readonly Fact<unknown>[] {
  const { cluster } = desired
  const own = host.role === 'driver' ? { ...desired, cluster: { ...cluster, lead: host } } : desired
  return stepsOf(host, { recipe, desired: own }).flatMap((step) => step.facts(host, own))
}

/** What a change of this step may alter of what its host still has to do: the facts of the step and those behind it. */
export function factsFrom(step: Step, host: ClusterHost, recipe: Recipe): readonly Fact<unknown>[] {
  const steps = stepsOf(host, recipe)
  return steps.slice(steps.indexOf(step)).flatMap((each) => each.facts(host, recipe.desired))
}

/** Hosts outside the selection that a selected one's steps need, or want to hear. */
export function neededHosts({ recipe, desired, hosts }: RunOptions): readonly ClusterHost[] {
  const names = hosts.flatMap((host) =>
    stepsOf(host, { recipe, desired }).flatMap((step) => [
      ...(step.needs?.(host, desired) ?? []).map((ref) => ref.host),
      ...(step.asks?.(host, desired) ?? []).map(({ name }) => name),
    ]),
  )
  return desired.cluster.hosts.filter((host) => !hosts.includes(host) && names.includes(host.name))
}
