import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileDigest } from '../file-digest.ts'
import type { Descriptor } from './image-manifest.ts'
import type { Registries } from './registries.ts'
import type { Endpoint } from './registry-endpoint.ts'

/**
 * Fetches a blob and returns its path. `onBytes` hears of each piece as it arrives, and of the whole size at once where
 * the blob is there already.
 */
export type FetchBlob = (
  endpoint: Endpoint,
  blob: Descriptor,
  onBytes?: (count: number) => void,
) => Promise<string>

/**
 * Keeps the blobs of images in a folder, each in a file named for its digest, and fetches what is not there: a blob that
 * several images share only once. `inTurn` limits how many are fetched at a time.
 */
export function blobFolder(
  folder: string,
  registries: Registries,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): FetchBlob {
  const underWay = new Map<string, Promise<string>>()

  const fetch: FetchBlob = async (endpoint, blob, onBytes) => {
    const path = join(folder, blob.digest.slice('sha256:'.length))
    if (await isThere(path, blob)) onBytes?.(blob.size)
    else await registries.download(endpoint, blob, path, onBytes)
    return path
  }

  return async (endpoint, blob, onBytes) => {
    mkdirSync(folder, { recursive: true })
    const other = underWay.get(blob.digest)
    if (other) {
      const path = await other
      onBytes?.(blob.size)
      return path
    }
    const fetching = inTurn(() => fetch(endpoint, blob, onBytes))
    underWay.set(blob.digest, fetching)
    return fetching.finally(() => underWay.delete(blob.digest))
  }
}

/** Whether a file has the content of a blob; one of another size, such as a part of it, is not read. */
async function isThere(path: string, { digest, size }: Descriptor): Promise<boolean> {
  return existsSync(path) && statSync(path).size === size && `sha256:${await fileDigest(path)}` === digest
}
