import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheFolder } from './cache-folder.ts'

/** Smaller files are read each time, bytes. */
const WORTH_KEEPING = 8 * 1024 * 1024

/** sha256 of a file in hex; that of a big one is kept by path, size, mtime and inode, so that a rerun does not read it. */
export async function fileDigest(path: string): Promise<string> {
  const { size, mtimeMs, ino } = statSync(path)
  const key = `${path} ${size} ${mtimeMs} ${ino}`
  const hash = createHash('sha256')
  if (size < WORTH_KEEPING) return hash.update(readFileSync(path)).digest('hex')
  const known = readKept()[key]
  if (known) return known
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  const digest = hash.digest('hex')
  keep(key, digest)
  return digest
}

function keptFile(): string {
  return join(cacheFolder(), 'digests.json')
}

function readKept(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(keptFile(), 'utf8'))
  } catch {
    return {} // a cache: what cannot be read is computed anew
  }
}

function keep(key: string, digest: string): void {
  const file = keptFile()
  try {
    mkdirSync(dirname(file), { recursive: true })
    const part = `${file}.${process.pid}`
    writeFileSync(part, JSON.stringify({ ...readKept(), [key]: digest }))
    renameSync(part, file)
  } catch {
    // a home that cannot be written costs time on the next run, nothing else
  }
}
