import type { HeldImage } from '../bundle-lock.ts'
import type { FetchBlob } from './blob-folder.ts'
import { partsOf } from './image-manifest.ts'
import type { ResolvedImage } from './resolve-image.ts'
import { writeImageArchive } from './write-image-archive.ts'

/** An archive with one image. */
export interface PulledImage {
  image: HeldImage
  /** Bytes. */
  size: number
  /** Lower-case hex. */
  sha256: string
}

/** Bytes that pullImage hears of for an image: its configuration and its layers, each once. */
export function imageSize({ manifest }: ResolvedImage): number {
  return partsOf(manifest).reduce((total, { size }) => total + size, 0)
}

/**
 * Fetches an image and writes it to `path` as one archive, which is there only when it is complete. `onBytes` is told of
 * imageSize(image) bytes in all. Errors: those of Http and of this computer.
 */
export async function pullImage(
  image: ResolvedImage,
  path: string,
  fetchBlob: FetchBlob,
  onBytes?: (count: number) => void,
): Promise<PulledImage> {
  const blobs = await Promise.all(
    partsOf(image.manifest).map(
      async (part) => [part.digest, await fetchBlob(image.endpoint, part, onBytes)] as const,
    ),
  )
  const written = await writeImageArchive(image, new Map(blobs), path)
  return { image: { name: image.name, digest: image.digest }, ...written }
}
