import { diffLocks, type LockDifference } from '../artifacts/diff-locks.ts'
import { readLock } from '../artifacts/load-bundle.ts'
import { oneLine } from '../printable.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { columns, count } from '../ui/style.ts'
import type { VerbResult } from './verb.ts'

/** `bundle diff`: what the second bundle has otherwise than the first, from their locks. */
export async function bundleDiffVerb(
  before: string,
  after: string,
  options: { output?: OutputMode },
): VerbResult {
  const found = diffLocks(readLock(before), readLock(after))
  const verdict = found.length === 0 ? 'No differences.' : `${count(found.length, 'difference')}.`
  const lines = [...differenceLines(found), verdict]
  return printResult('bundle diff', { lines, events: differenceEvents(found), exit: 'ok' }, options)
}

/** Differences as a table, for people. */
export function differenceLines(found: readonly LockDifference[]): string[] {
  return columns(
    found.map(({ sign, what, name, from = '', to = '' }) => [
      `${sign} ${what}`,
      oneLine(name),
      oneLine(from && to ? `${from} → ${to}` : from || to),
    ]),
  )
}

/** Differences for programs. */
export function differenceEvents(found: readonly LockDifference[]) {
  return found.map((difference) => ({ event: 'difference', ...difference }) as const)
}
