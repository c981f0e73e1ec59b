import { hostRuns } from '../host-runs.ts'

/** Names in one text: two as they are, more as runs with their number, as "node1 … node30 (30 hosts)". */
export function hostNames(names: readonly string[]): string {
  return names.length <= 2 ? names.join(', ') : `${hostRuns(names)} (${names.length} hosts)`
}
