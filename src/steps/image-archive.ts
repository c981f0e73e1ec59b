import type { Artifact } from '../artifacts/bundle-lock.ts'

/** An archive of images that a host needs. */
export interface ImageArchive {
  artifact: Artifact
  /** Its place in K3s's images folder. */
  path: string
  /** Where it is until a running K3s has its images. */
  staged: string
}
