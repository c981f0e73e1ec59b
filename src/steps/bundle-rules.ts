import { bundleGaps } from '../artifacts/proof/bundle-gaps.ts'
import type { Finding, PlanContext } from '../engine/step.ts'
import { system } from '../facts/system.ts'
import { bundleMachine } from './bundle-machine.ts'
import { systemGaps } from './version-matrix.ts'

/**
 * What the bundle lacks for machines as they really are. What it lacks for any machine was told before the first login, and
 * so were the archives whose images are not known.
 */
export function bundleFindings(contexts: readonly PlanContext[]): Finding[] {
  return contexts.flatMap(({ host, facts, bundle, required = [] }) => {
    if (!bundle) return []
    const seen = facts.get(system)
    const told = bundleGaps(bundle, [bundleMachine(host)], required).map(({ message }) => message)
    // packages are a matter of what the machine has installed, which their own step compares
    const lacking = bundleGaps(bundle, [{ ...bundleMachine(host, seen), packages: [] }], required)
      .filter(({ level, message }) => level === 'error' && !told.includes(message))
      .map((gap) => ({ ...gap, id: 'bundle' as const }))
    return [...lacking, ...systemGaps(bundle, host, seen)].map(({ id, level, message, hint }) => ({
      id,
      level,
      message,
      hint,
      host: host.name,
    }))
  })
}
