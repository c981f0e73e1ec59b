import type { Desired, Finding, PlanContext, Step } from './step.ts'

/** A finding, and the id of the step whose check reported it. */
export interface Found {
  step: string
  finding: Finding
}

/** Runs every step's check on the hosts that answered. Ignored findings become warnings, unless they are firm. */
export function findings(
  recipe: readonly Step[],
  contexts: readonly PlanContext[],
  desired: Desired,
  ignore: ReadonlySet<string>,
): Found[] {
  const byHost = new Map(contexts.map((context) => [context.host, context]))
  return recipe.flatMap((step) => {
    const found = step.check?.(step.hosts(desired).flatMap((host) => byHost.get(host) ?? [])) ?? []
    return found.map((finding) => ({
      step: step.id,
      finding: ignore.has(finding.id) && !finding.firm ? { ...finding, level: 'warning' } : finding,
    }))
  })
}
