import type { ClusterHost } from '../cluster/cluster.ts'
import type { Fact } from '../facts/fact.ts'
import type { RunOptions } from './run-options.ts'
import type { Step } from './step.ts'

type Recipe = Pick<RunOptions, 'recipe' | 'wishes'>

/** The steps of a recipe that concern this host, in order. */
export function stepsOf(host: ClusterHost, { recipe, wishes }: Recipe): readonly Step[] {
  return recipe.filter((step) => step.hosts(wishes).includes(host))
}

/**
 * All facts that a host is asked for its steps. A driver is asked what the one that leads is asked, for who that is shows
 * in the answers.
 */
export function factsOf(host: ClusterHost, { recipe, wishes }: Recipe): readonly Fact<unknown>[] {
  const { cluster } = wishes
  const own = host.role === 'driver' ? { ...wishes, cluster: { ...cluster, lead: host } } : wishes
  return stepsOf(host, { recipe, wishes: own }).flatMap((step) => step.facts(host, own))
}

/** What a change of this step may alter of what its host still has to do: the facts of the step and those behind it. */
export function factsFrom(step: Step, host: ClusterHost, recipe: Recipe): readonly Fact<unknown>[] {
  const steps = stepsOf(host, recipe)
  return steps.slice(steps.indexOf(step)).flatMap((each) => each.facts(host, recipe.wishes))
}

/** Hosts outside the selection that a selected one's steps need, or want to hear. */
export function neededHosts({ recipe, wishes, hosts }: RunOptions): readonly ClusterHost[] {
  const names = hosts.flatMap((host) =>
    stepsOf(host, { recipe, wishes }).flatMap((step) => [
      ...(step.needs?.(host, wishes) ?? []).map((ref) => ref.host),
      ...(step.asks?.(host, wishes) ?? []).map(({ name }) => name),
    ]),
  )
  return wishes.cluster.hosts.filter((host) => !hosts.includes(host) && names.includes(host.name))
}
