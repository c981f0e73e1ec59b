import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheFolder } from './cache-folder.ts'
import { privateFolder } from './private-folder.ts'

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
  const known = anew ? undefined : readCache()[key]
  if (known) return known
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  const digest = hash.digest('hex')
  addToCache(key, digest)
  return digest
}

function cacheFile(): string {
  return join(cacheFolder(), 'digests.json')
}

/** Empty when others could have written the cache: a forged digest would make a changed file pass the check. */
function readCache(): Record<string, string> {
  try {
    if (!privateFolder(cacheFolder())) return {}
    return JSON.parse(readFileSync(cacheFile(), 'utf8'))
  } catch {
    return {} // digests that cannot be read are computed again
  }
}

function addToCache(key: string, digest: string): void {
  const file = cacheFile()
  try {
    if (!privateFolder(cacheFolder())) return
    const part = `${file}.${process.pid}`
    writeFileSync(part, JSON.stringify({ ...readCache(), [key]: digest }), { mode: 0o600 })
    renameSync(part, file)
  } catch {
    // without the cache the next run only takes longer
  }
}
