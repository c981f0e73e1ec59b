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

/** Puts findings that differ only in their host together, in the order of the first ones. */
export function alike(
  found: readonly Finding[],
): { finding: Omit<Finding, 'host'>; hosts: readonly string[] }[] {
  const kinds = new Map<string, { finding: Omit<Finding, 'host'>; hosts: string[] }>()
  for (const { level, id, host, message, hint } of found) {
    const kind = JSON.stringify([level, id, message, hint])
    const known = kinds.get(kind)
    if (known) known.hosts.push(host)
    else kinds.set(kind, { finding: { level, id, message, hint }, hosts: [host] })
  }
  return [...kinds.values()]
}
