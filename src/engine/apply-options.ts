import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Fact } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'
import type { Change } from './change.ts'
import type { Emit } from './event.ts'

/** Opens an artifact's content; it is read once for each host that lacks it. */
export type UploadSource = (artifact: Artifact) => AsyncIterable<Uint8Array>

/** What making the changes of one step on one host needs. */
export interface ApplyOptions {
  connection: Connection
  host: string
  step: string
  changes: readonly Change[]
  /** Probed again once all changes are made. */
  facts: readonly Fact<unknown>[]
  source: UploadSource
  emit: Emit
  signal: AbortSignal
}
