import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheFolder } from './cache-folder.ts'
import { privateFolder } from './private-folder.ts'

/** Smaller files are read each time, bytes. */
const WORTH_KEEPING = 8 * 1024 * 1024

/**
 * sha256 of a file in hex; that of a big one is kept by path, size, times and inode, so that a rerun does not read it,
 * unless it is to be read `anew`.
 */
export async function fileDigest(path: string, { anew = false } = {}): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true })
  const key = `${path} ${size} ${mtimeNs} ${ctimeNs} ${ino}`
  const hash = createHash('sha256')
  if (size < WORTH_KEEPING) return hash.update(readFileSync(path)).digest('hex')
  const known = anew ? undefined : readKept()[key]
  if (known) return known
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  const digest = hash.digest('hex')
  keep(key, digest)
  return digest
}

function keptFile(): string {
  return join(cacheFolder(), 'digests.json')
}

/** Nothing where others could have written it: a digest that is believed is a file that is not looked at. */
function readKept(): Record<string, string> {
  try {
    if (!privateFolder(cacheFolder())) return {}
    return JSON.parse(readFileSync(keptFile(), 'utf8'))
  } catch {
    return {} // a cache: what cannot be read is computed anew
  }
}

function keep(key: string, digest: string): void {
  const file = keptFile()
  try {
    if (!privateFolder(cacheFolder())) return
    const part = `${file}.${process.pid}`
    writeFileSync(part, JSON.stringify({ ...readKept(), [key]: digest }), { mode: 0o600 })
    renameSync(part, file)
  } catch {
    // a home that cannot be written costs time on the next run, nothing else
  }
}
