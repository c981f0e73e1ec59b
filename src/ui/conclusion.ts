import type { Warning } from '../inventory/inventory.ts'
import type { HostOutcome } from '../outcome.ts'
import type { ErrorJson } from './error-json.ts'

/** What a verb adds to the end of its run. */
export interface Conclusion {
  /** What it found, as lines for people. Printed above the verdict. */
  body?: readonly string[]
  /** One line that says how it ended; when absent, it is made from the run's report. */
  verdict?: string
  /** What to do next: the last lines. */
  next?: readonly string[]
  /** What it found, as lines of JSON. Printed before the summary. */
  events?: readonly VerbEvent[]
  /** The exit code when what it found is not well, although the run is. */
  exit?: 'differs'
}

/** How a command ended, for programs: always the last line. */
export interface Summary {
  event: 'summary'
  verb: string
  /** False when it only looked, such as a plan. */
  applied: boolean
  ok: boolean
  /** The exit code of the program. */
  exit: number
  ms: number
  interrupted: boolean
  hosts: readonly HostOutcome[]
}

/** Results of single verbs for programs. */
export type VerbEvent =
  | { event: 'check'; what: string; healthy: boolean; detail: string }
  | { event: 'left'; host: string; what: string }
  | { event: 'kept'; what: string; path: string }
  | ({ event: 'error' } & ErrorJson)
  | ({ event: 'warning' } & Warning)
  | {
      event: 'file'
      name: string
      kind: string
      architecture: string
      version?: string
      size: number
      sha256: string
      licence?: string
      images?: readonly { name: string; digest?: string | undefined }[]
      packages?: readonly { name: string; version: string }[]
    }
  | {
      event: 'difference'
      sign: '+' | '-' | '~'
      what: 'file' | 'image'
      name: string
      from: string | undefined
      to: string | undefined
    }
  | { event: 'part'; name: string; size: number }
  | { event: 'signed'; key: string }
  | { event: 'image'; name: string; by: string; pullPolicy?: string | undefined; held?: boolean }
  | { event: 'machine'; name: string; address: string; state: string; sshd: boolean }
  | { event: 'password'; password: string }
