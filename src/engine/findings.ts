import type { Desired, Finding, PlanContext, Step } from './step.ts'

/**
 * Runs every step's check on the hosts that answered. Ignored findings become warnings, unless they are firm. `step` is
 * the step whose check reported it.
 */
export function findings(
  recipe: readonly Step[],
  contexts: readonly PlanContext[],
  desired: Desired,
  ignore: ReadonlySet<string>,
): (Finding & { step: string })[] {
  const byHost = new Map(contexts.map((context) => [context.host, context]))
  return recipe.flatMap((step) => {
    const found = step.check?.(step.hosts(desired).flatMap((host) => byHost.get(host) ?? [])) ?? []
    return found.map((finding) => ({
      ...finding,
      step: step.id,
      ...(ignore.has(finding.id) && !finding.firm && { level: 'warning' as const }),
    }))
  })
}
