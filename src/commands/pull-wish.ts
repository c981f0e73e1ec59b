import type { EmitPull } from '../artifacts/pull/pull-event.ts'

/** What `bundle pull` was told, and how it tells what happens. */
export interface PullWish {
  folder: string
  update: boolean
  /** A PEM file with certificates. */
  ca?: string
  signal: AbortSignal
  emit: EmitPull
}
