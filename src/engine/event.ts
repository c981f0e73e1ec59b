import type { ConvecthubError } from '../errors.ts'
import type { Change } from './change.ts'
import type { Finding } from './step.ts'

export type Outcome = 'unchanged' | 'changed' | 'failed' | 'blocked' | 'skipped'

/** The result of the whole run on one host. */
export interface HostSummary {
  host: string
  changed: number
  unchanged: number
  failed: number
  blocked: number
  skipped: number
  /** The first error of this host. */
  error?: ConvecthubError
  /** The step that it waited for and that did not succeed: `step on host`. */
  blockedBy?: string
}

/** Everything the engine reports during a run. The renderers in src/ui print it. All times are in ms. */
export type EngineEvent =
  | {
      event: 'run'
      verb: string
      hosts: readonly string[]
      steps: readonly { id: string; title: string }[]
      standIn: boolean
    }
  | { event: 'connected'; host: string; ms: number; os: string }
  | { event: 'host-failed'; host: string; error: ConvecthubError }
  | { event: 'finding'; finding: Finding }
  | { event: 'planned'; host: string; step: string; changes: readonly Change[] }
  | { event: 'step-start'; host: string; step: string }
  | { event: 'change-start'; host: string; step: string; change: Change }
  | { event: 'change-end'; host: string; step: string; change: Change; ms: number }
  | { event: 'line'; host: string; step: string; line: string }
  | { event: 'progress'; host: string; step: string; sent: number; total: number }
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
  | {
      event: 'summary'
      verb: string
      /** False when the run only looked, such as a plan. */
      applied: boolean
      ok: boolean
      ms: number
      hosts: readonly HostSummary[]
      interrupted: boolean
    }

export type Emit = (event: EngineEvent) => void
