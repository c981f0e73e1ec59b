import type { Desired, Finding, PlanContext, Step } from './step.ts'

/** A finding, and the id of the step that checked. */
export interface Found {
  step: string
  finding: Finding
}

/** All problems of all hosts that answered; ignored ones become warnings. */
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
