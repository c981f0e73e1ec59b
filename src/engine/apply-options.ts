import type { LimitFunction } from 'p-limit'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Readable } from '../artifacts/shared-file.ts'
import type { Fact } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'
import type { Change } from './change.ts'
import type { Emit } from './event.ts'

/** The file of an artifact, the same for all hosts. */
export type UploadSource = (artifact: Artifact) => Readable

/** What making the changes of one step on one host needs. */
export interface ApplyOptions {
  connection: Connection
  host: string
  step: string
  /** Who holds the host's lock while changes are made. */
  owner: string
  changes: readonly Change[]
  /** Probed again once all changes are made. */
  facts: readonly Fact<unknown>[]
  source: UploadSource
  /** Holds an upload back while too many are under way. */
  uploads: LimitFunction
  emit: Emit
  signal: AbortSignal
}
