import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { statfs, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pLimit from 'p-limit'
import { digest } from '../../digest.ts'
import { ConvecthubError, ConvecthubErrors } from '../../errors.ts'
import { BUNDLE_LOCK, type BundleLock } from '../bundle-lock.ts'
import { BUNDLE_SPEC } from '../bundle-spec.ts'
import { fileDigest } from '../file-digest.ts'
import { parseBundleLock } from '../parse-bundle-lock.ts'
import { SIGNATURE } from '../signature.ts'
import { bundleFiles } from './bundle-files.ts'
import { interrupted } from './http-exchange.ts'
import { PartFile } from './part-file.ts'
import type { Source, SourceFile } from './source.ts'

/** How far a copy is, with what was there before. */
export interface CopyProgress {
  files: { done: number; total: number }
  bytes: { done: number; total: number }
}

export interface CopyOptions {
  onProgress?: (progress: CopyProgress) => void
  signal?: AbortSignal
}

/** What a copy did. */
export interface Copied {
  /** All files of the source, without its lock. */
  files: number
  /** Those that were not there before. */
  fetched: readonly string[]
  /** Undefined where the source has none. */
  lock: BundleLock | undefined
}

/** Where files are until they are complete, in the folder of the bundle. */
const STAGING = '.pull/from'

/** How many files are copied at the same time. */
const PARALLEL = 4

/**
 * Copies all files of a source into the folder of a bundle, and its lock last. What is there and right is kept: by the
 * lock's sha256; without a lock by an ETag that is an md5, or by size and time of change, as rsync does. Errors:
 * BUNDLE_SOURCE, LOCAL_IO, and those of the source.
 */
export async function copyFrom(
  source: Source,
  folder: string,
  { onProgress = () => {}, signal }: CopyOptions = {},
): Promise<Copied> {
  const lockText = await source.read(BUNDLE_LOCK)
  const lock = lockText && parsedLock(source.place, lockText.toString('utf8'))
  const listed = await source.list()
  const files = bundleFiles(source.place, listed, lock)
  const beside = new Map<string, Buffer>()
  for (const name of listed ? [] : [SIGNATURE, BUNDLE_SPEC]) {
    const content = await source.read(name)
    if (content) beside.set(name, content)
  }

  mkdirSync(join(folder, STAGING), { recursive: true })
  const progress: CopyProgress = {
    files: { done: 0, total: files.length },
    bytes: { done: 0, total: files.reduce((sum, { size = 0 }) => sum + size, 0) },
  }
  const add = (count: { files?: number; bytes?: number }) => {
    progress.files.done += count.files ?? 0
    progress.bytes.done += count.bytes ?? 0
    onProgress({ files: { ...progress.files }, bytes: { ...progress.bytes } })
  }
  const fetched: string[] = []
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal

  const wanted: SourceFile[] = []
  for (const file of files) {
    if (either.aborted) throw interrupted(either)
    if (!(await isThere(join(folder, file.name), file))) wanted.push(file)
    else add({ files: 1, bytes: file.size ?? 0 })
  }
  await checkSpace(folder, wanted)

  const inTurn = pLimit(PARALLEL)
  const copies = wanted.map((file) =>
    inTurn(async () => {
      if (either.aborted) throw interrupted(either)
      const staged = join(folder, stagedName(file))
      await source.fetch(file, staged, { onBytes: (bytes) => add({ bytes }), signal: either })
      if (file.changed !== undefined) await utimes(staged, new Date(), new Date(file.changed))
      put(staged, join(folder, file.name))
      fetched.push(file.name)
      add({ files: 1 })
    }),
  )
  try {
    await Promise.all(copies)
  } catch (error) {
    // the first error counts; the others only follow from it
    failed.abort(error)
    await Promise.allSettled(copies)
    throw error
  }
  for (const [name, content] of beside) await write(folder, name, content)
  if (lockText) await write(folder, BUNDLE_LOCK, lockText)
  rmSync(join(folder, STAGING), { recursive: true, force: true })
  return { files: files.length, fetched: fetched.toSorted(), lock: lock || undefined }
}

/** A name that changes with the file, so that parts of different versions are not put together. */
function stagedName({ name, sha256, etag, size, changed }: SourceFile): string {
  const version = digest(JSON.stringify(sha256 ? [name, sha256] : [name, etag, size, changed]))
  return join(STAGING, `${name.replaceAll('/', '_').slice(-100)}.${version.slice(0, 12)}`)
}

async function isThere(path: string, { size, sha256, etag, changed }: SourceFile): Promise<boolean> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile() || (size !== undefined && found.size !== size)) return false
  if (sha256 !== undefined) return (await fileDigest(path)) === sha256
  if (size === undefined) return false
  // ms are lost on some file systems
  if (changed !== undefined && Math.abs(found.mtimeMs - changed) < 1000) return true
  // only of objects that were uploaded in one piece
  return /^"[0-9a-f]{32}"$/.test(etag ?? '') && `"${await md5(path)}"` === etag
}

async function md5(path: string): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Error: LOCAL_IO where the files that are missing do not fit. */
async function checkSpace(folder: string, wanted: readonly SourceFile[]): Promise<void> {
  const missing = wanted.map((file) => {
    const part = statSync(join(folder, `${stagedName(file)}.part`), { throwIfNoEntry: false })
    return Math.max(0, (file.size ?? 0) - (part?.size ?? 0))
  })
  const needed = missing.reduce((sum, size) => sum + size, 0)
  const { bavail, blocks, bsize } = await statfs(folder)
  const free = bavail * bsize
  // some network file systems do not know
  if (blocks > 0 && needed > free)
    throw new ConvecthubError(
      'LOCAL_IO',
      `${folder} has room for ${Math.floor(free / 1e6)} MB; the missing files are ${Math.ceil(needed / 1e6)} MB`,
      { hint: 'free some room (df -h shows where), or name a folder on another disk' },
    )
}

async function write(folder: string, name: string, content: Uint8Array): Promise<void> {
  const staged = join(folder, STAGING, name)
  const part = await PartFile.open(staged, false)
  try {
    await part.write(content)
    await part.finish()
  } finally {
    await part.close()
  }
  put(staged, join(folder, name))
}

function put(staged: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  renameSync(staged, path)
}

/** The lock of a source. What is wrong with it can be corrected only there. */
function parsedLock(place: string, text: string): BundleLock {
  try {
    return parseBundleLock(BUNDLE_LOCK, text)
  } catch (cause) {
    const [first] = cause instanceof ConvecthubErrors ? cause.errors : [cause]
    const reason = first instanceof Error ? first.message : String(first)
    throw new ConvecthubError('BUNDLE_SOURCE', `the ${BUNDLE_LOCK} in ${place} cannot be used: ${reason}`, {
      cause,
      hint: 'write it again there: convecthub bundle lock FOLDER --k3s VERSION',
    })
  }
}
