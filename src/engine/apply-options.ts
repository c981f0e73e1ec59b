import type { LimitFunction } from 'p-limit'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Readable } from '../artifacts/shared-file.ts'
import type { Fact } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'
import type { Change } from './change.ts'
import type { Emit } from './event.ts'
import type { Relay } from './relay.ts'

/** Opens the content of an artifact; all hosts share it. */
export type UploadSource = (artifact: Artifact) => Readable

/** What apply() needs to make the changes of one step on one host. */
export interface ApplyOptions {
  connection: Connection
  host: string
  step: string
  /** The name written into the host's lock while changes are made. */
  owner: string
  changes: readonly Change[]
  /** Probed again after the changes. */
  facts: readonly Fact<unknown>[]
  source: UploadSource
  /** Limits how many uploads run at the same time. */
  uploads: LimitFunction
  /** How files go from host to host; undefined when this computer sends all of them. */
  relay: Relay | undefined
  emit: Emit
  signal: AbortSignal
}
