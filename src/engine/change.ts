import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Secret } from '../secret.ts'
import type { Script } from '../sh.ts'

/** The name of a package, or several: then the first that the host's package manager knows is used. */
export type PackageName = string | { firstOf: readonly string[] }

/** The sign of a change in a plan: `+` creates, `~` modifies, `-` removes, `!` acts (a start, a wait). */
export type Sign = '+' | '~' | '-' | '!'

interface Common {
  /** What the change does to the host, in one line. */
  title: string
  sign: Sign
}

/** A text file, written under a temporary name in the same folder, then renamed. A Secret `content` is never shown. */
export interface FileChange extends Common {
  kind: 'file'
  path: string
  content: string | Secret
  /** As chmod takes it, without a leading zero: `644`. */
  mode: string
}

/** A file of the bundle. It is sent only when the digest on the host differs. */
export interface UploadChange extends Common {
  kind: 'upload'
  artifact: Artifact
  path: string
  /** Where a later change moves it, if any. */
  laterPath?: string
  mode: string
}

/** Packages, named as the host's distribution names them. `script` installs them and runs as a job. */
export interface PackagesChange extends Common {
  kind: 'packages'
  names: readonly PackageName[]
  script: Script
}

/** Any other action. A `durable` one runs as a transient unit, so it continues when the connection is lost. */
export interface RunChange extends Common {
  kind: 'run'
  script: Script
  /** Deadline of the action, ms. */
  timeoutMs: number
  durable?: boolean
}

/** Starts a unit, or restarts it when it is running, and enables it at boot. */
export interface ServiceChange extends Common {
  kind: 'service'
  /** Name of the unit, such as `k3s.service`. */
  unit: string
  script: Script
  timeoutMs: number
}

/** Runs `until` again and again until it exits 0. When the deadline passes, its last output is the evidence. */
export interface WaitChange extends Common {
  kind: 'wait'
  /** Runs once, before the first `until`. */
  begin?: Script
  until: Script
  timeoutMs: number
  /** Prints more evidence when the wait fails, such as journal lines. */
  evidence?: Script
  /** Runs when the wait fails, and prints what it did. Its timeoutMs is added to that of the wait. */
  undo?: { script: Script; timeoutMs: number } | undefined
}

/** What a step's plan returns. An empty plan means that the host already is as wanted. */
export type Change = FileChange | UploadChange | PackagesChange | RunChange | ServiceChange | WaitChange
