import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { addToCache, readCache } from './cache.ts'

/** The file of the digests in the cache. */
const DIGESTS = 'digests.json'

/** Digests of smaller files are not cached, bytes. */
const WORTH_CACHING = 8 * 1024 * 1024

export interface DigestOptions {
  /** Ignores the cache. */
  anew?: boolean
  /** Hears how many bytes were read, or need not be. */
  onBytes?: (count: number) => void
  signal?: AbortSignal
}

/**
 * sha256 of a file in hex. For a big file it is cached by path, size, times and inode, so that a rerun does not read
 * the file again.
 */
export async function fileDigest(
  path: string,
  { anew = false, onBytes = () => {}, signal }: DigestOptions = {},
): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true })
  const key = `${path} ${size} ${mtimeNs} ${ctimeNs} ${ino}`
  const known = anew || size < WORTH_CACHING ? undefined : readCache(DIGESTS)[key]
  if (typeof known === 'string') {
    onBytes(Number(size))
    return known
  }
  const hash = createHash('sha256')
  const chunks = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) })
  for await (const chunk of chunks) {
    hash.update(chunk)
    onBytes(chunk.length)
  }
  const digest = hash.digest('hex')
  if (size >= WORTH_CACHING) addToCache(DIGESTS, { [key]: digest })
  return digest
}
