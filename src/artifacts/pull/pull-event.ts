import type { Artifact } from '../bundle-lock.ts'

/** What happens while a bundle is pulled. */
export type PullEvent =
  /** So many files there will be; until it is `all`, the images are not known yet. `size`: bytes of all, where known. */
  | { event: 'wanted'; count: number; all: boolean; size?: number }
  /** A file was there already. */
  | { event: 'kept'; name: string }
  | { event: 'fetch'; name: string; from: string }
  /** The size of what is fetched for a file, which may be that of an archive, bytes. */
  | { event: 'size'; name: string; size: number }
  /** So many more bytes are there; fewer where some had to be dropped. */
  | { event: 'bytes'; name: string; count: number }
  | ({ event: 'fetched'; ms: number } & Pick<Artifact, 'name' | 'size' | 'sha256'>)

export type EmitPull = (event: PullEvent) => void
