import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { addToCache, readCache } from './cache.ts'

/** The file of the digests in the cache. */
const DIGESTS = 'digests.json'

/** Digests of smaller files are not cached, bytes. */
const WORTH_CACHING = 8 * 1024 * 1024

/**
 * sha256 of a file in hex. For a big file it is cached by path, size, times and inode, so that a rerun does not read
 * the file again. `anew` ignores the cache.
 */
export async function fileDigest(path: string, { anew = false } = {}): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true })
  const key = `${path} ${size} ${mtimeNs} ${ctimeNs} ${ino}`
  const hash = createHash('sha256')
  if (size < WORTH_CACHING) return hash.update(readFileSync(path)).digest('hex')
  const known = anew ? undefined : readCache(DIGESTS)[key]
  if (typeof known === 'string') return known
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  const digest = hash.digest('hex')
  addToCache(DIGESTS, { [key]: digest })
  return digest
}
