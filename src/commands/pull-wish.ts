import type { Progress } from './with-progress.ts'

/** What `bundle pull` was told, and how it tells what happens. */
export interface PullWish extends Progress {
  folder: string
  update: boolean
  /** A PEM file with certificates. */
  ca?: string
}
