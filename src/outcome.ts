import type { ConvecthubError } from './errors.ts'
import type { ExitName } from './exit-codes.ts'

/** How a step ended on a host. */
export type Outcome = 'unchanged' | 'changed' | 'failed' | 'blocked' | 'skipped'

/**
 * How a run ended on a host. `skipped`: it was left alone, because of another host or because a check failed. `stopped`:
 * Ctrl-C came before it was through. `unreached`: no login. In a run that only looks, `changed` is what would change.
 */
export type Result = 'changed' | 'unchanged' | 'failed' | 'stopped' | 'skipped' | 'unreached'

/** The result of a run on one host. */
export interface HostOutcome {
  host: string
  result: Result
  /** Changes that were made, or that would be made; waits are counted by themselves. */
  changes: number
  waits: number
  /** The host's steps by how they ended. */
  steps: Readonly<Record<Outcome, number>>
  /** The time that its steps took, ms. */
  ms: number
  /** What went wrong, in the order of events. */
  errors: readonly ConvecthubError[]
  /** The step of another host that it waited for and that did not succeed: `step on host`. */
  blockedBy?: string
}

/** Judges a host by its errors and its steps. `reached`: it answered; `complete`: no check stopped the run. */
export function resultOf(
  { changes, waits, steps, errors }: Omit<HostOutcome, 'result'>,
  { reached, complete }: { reached: boolean; complete: boolean },
): Result {
  if (errors.some(({ code }) => code !== 'INTERRUPTED'))
    return !reached && errors.every(({ exit }) => exit === 'unreachable') ? 'unreached' : 'failed'
  if (errors.length > 0 || steps.skipped > 0) return 'stopped'
  if (steps.failed + steps.blocked > 0 || !complete) return 'skipped'
  return changes + waits > 0 ? 'changed' : 'unchanged'
}

/** Whether a run has nothing left to do on this host. */
export function isDone({ result }: HostOutcome): boolean {
  return result === 'changed' || result === 'unchanged'
}

/** One exit code for all hosts: `unreachable` when that is the only kind of failure, else the first other one. */
export function exitOf(hosts: readonly HostOutcome[], interrupted: boolean): ExitName {
  if (interrupted) return 'interrupted'
  if (hosts.every(isDone)) return 'ok'
  const exits = hosts.flatMap(({ errors }) => errors.map(({ exit }) => exit))
  if (exits.includes('preflight')) return 'preflight'
  return exits.find((exit) => exit !== 'unreachable') ?? exits[0] ?? 'failed'
}
