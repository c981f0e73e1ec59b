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
 * All facts that the steps of a host need. Every driver is asked what the leading driver is asked, because only the
 * answers show which one leads.
 */
export function factsOf(host: ClusterHost, { recipe, desired }: Recipe): readonly Fact<unknown>[] {
  const { cluster } = desired
  const asLead = host.role === 'driver' ? { ...desired, cluster: { ...cluster, lead: host } } : desired
  return stepsOf(host, { recipe, desired: asLead }).flatMap((step) => step.facts(host, asLead))
}

/** The facts of this step and of the later ones on the host: all that the step's changes may affect. */
export function factsFrom(step: Step, host: ClusterHost, recipe: Recipe): readonly Fact<unknown>[] {
  const steps = stepsOf(host, recipe)
  return steps.slice(steps.indexOf(step)).flatMap((later) => later.facts(host, recipe.desired))
}

/** Hosts that are not selected, but whose facts the steps of a selected host need or ask for. */
export function neededHosts({ recipe, desired, hosts }: RunOptions): readonly ClusterHost[] {
  const names = hosts.flatMap((host) =>
    stepsOf(host, { recipe, desired }).flatMap((step) => [
      ...(step.needs?.(host, desired) ?? []).map((ref) => ref.host),
      ...(step.asks?.(host, desired) ?? []).map(({ name }) => name),
    ]),
  )
  return desired.cluster.hosts.filter((host) => !hosts.includes(host) && names.includes(host.name))
}
