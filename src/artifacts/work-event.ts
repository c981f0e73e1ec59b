import type { Artifact } from './bundle-lock.ts'

/** What happens while files are fetched, checked, packed or unpacked. */
export type WorkEvent =
  /** So many files there will be; until it is `all`, more may follow. `size`: bytes of all, where known. */
  | { event: 'wanted'; count: number; all: boolean; size?: number }
  /** A file is worked on; fetched, where it says from where. */
  | { event: 'begin'; name: string }
  | { event: 'fetch'; name: string; from: string }
  /** The size of what is fetched for a file, which may be that of an archive, bytes. */
  | { event: 'size'; name: string; size: number }
  /** So many more bytes are done; fewer where some had to be dropped. */
  | { event: 'bytes'; name: string; count: number }
  /** A file is done, or was there already. */
  | { event: 'done'; name: string }
  | ({ event: 'fetched'; ms: number } & Pick<Artifact, 'name' | 'size' | 'sha256'>)

export type EmitWork = (event: WorkEvent) => void
