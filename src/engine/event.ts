import type { ConvecthubError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Change } from './change.ts'
import type { Finding } from './step.ts'

/** Everything the engine reports during a run. The renderers in src/ui print it. All times are in ms. */
export type EngineEvent =
  | {
      event: 'run'
      verb: string
      /** False for a run that only looks, such as a plan. */
      applies: boolean
      hosts: readonly string[]
      steps: readonly { id: string; title: string }[]
      standIn: boolean
    }
  /** The login has begun. Hosts over the limit of logins at once come later. */
  | { event: 'connecting'; host: string }
  /** The login failed as it does when too many come at once. It begins again after the others. */
  | { event: 'queued'; host: string }
  | { event: 'connected'; host: string; ms: number; os: string; sudoAsked: boolean }
  | { event: 'host-failed'; host: string; error: ConvecthubError }
  /** What a check found, once for all hosts where it is the same. */
  | { event: 'finding'; finding: Omit<Finding, 'host'>; hosts: readonly string[] }
  | { event: 'planned'; host: string; step: string; changes: readonly Change[] }
  /**
   * What of the planned uploads goes from host to host; only when something does. `here`: what this computer sends,
   * `between`: what hosts send each other, bytes. `from`: the hosts that have the file already.
   */
  | {
      event: 'delivery'
      here: number
      between: number
      files: readonly { file: string; size: number; to: readonly string[]; from: readonly string[] }[]
    }
  | { event: 'step-start'; host: string; step: string }
  | { event: 'change-start'; host: string; step: string; change: Change }
  | { event: 'change-end'; host: string; step: string; change: Change; ms: number }
  | { event: 'line'; host: string; step: string; line: string }
  | { event: 'progress'; host: string; step: string; sent: number; total: number }
  /** A host waits for another one that is receiving a file, gets the file from it, or could not; `why` tells that. */
  | {
      event: 'relay'
      host: string
      step: string
      state: 'waiting' | 'fetching' | 'failed'
      file: string
      from: string
      why?: string
    }
  /** A host cannot serve files to others. */
  | { event: 'no-relay'; host: string; why: string }
  /** A job of an earlier run is still running after `ms`. The run waits for it, or stops it (`ends`) as outdated. */
  | { event: 'waiting'; host: string; job: string; ms: number; ends?: boolean }
  /** The connection broke during a step. The step continues when the host answers again. */
  | { event: 'link-lost'; host: string; step: string; error: ConvecthubError }
  | {
      event: 'step'
      host: string
      step: string
      outcome: Outcome
      ms: number
      error?: ConvecthubError
      blockedBy?: string
    }

export type Emit = (event: EngineEvent) => void
