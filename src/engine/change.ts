import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Secret } from '../secret.ts'
import type { Script } from '../sh.ts'

/** A package, or of several the first one that the host's package manager knows. */
export type PackageName = string | { firstOf: readonly string[] }

/** How a change shows in a plan: `+` makes, `~` alters, `-` removes, `!` acts (a start, a wait). */
export type Sign = '+' | '~' | '-' | '!'

interface Common {
  /** One plain line: what this does to the host. */
  title: string
  sign: Sign
}

/** A text file, written beside its place, then renamed. `content` as a Secret is never shown. */
export interface FileChange extends Common {
  kind: 'file'
  path: string
  content: string | Secret
  /** As chmod takes it, without leading zero: `644`. */
  mode: string
}

/** A file of the bundle, sent only when its digest differs. */
export interface UploadChange extends Common {
  kind: 'upload'
  artifact: Artifact
  path: string
  mode: string
}

/** Packages by the names that the host's distribution has for them; `script` installs them, as a job. */
export interface PackagesChange extends Common {
  kind: 'packages'
  names: readonly PackageName[]
  script: Script
}

/** Any other act. `durable` ones go on when the connection is lost: they run as a transient unit. */
export interface RunChange extends Common {
  kind: 'run'
  script: Script
  /** Named deadline of this act, ms. */
  timeoutMs: number
  durable?: boolean
}

/** Starts a unit, anew where it runs, and has it start with the machine. */
export interface ServiceChange extends Common {
  kind: 'service'
  /** Its name, such as `k3s.service`. */
  unit: string
  script: Script
  timeoutMs: number
}

/** Waits until `until` exits 0; its last output is the evidence when the deadline passes. */
export interface WaitChange extends Common {
  kind: 'wait'
  /** Done once, before it is first asked. */
  begin?: Script
  until: Script
  timeoutMs: number
  /** More to show when it never comes: journal lines. */
  evidence?: Script
  /** What is done then, and says how that went; ms on top of timeoutMs. */
  undo?: { script: Script; timeoutMs: number } | undefined
}

/** What a step's plan yields. An empty plan means "already so". */
export type Change = FileChange | UploadChange | PackagesChange | RunChange | ServiceChange | WaitChange
