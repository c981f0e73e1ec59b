import { createHash } from 'node:crypto'
import { createReadStream, rmSync, statSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pLimit from 'p-limit'
import { digest } from '../../digest.ts'
import { ConvecthubError, ConvecthubErrors } from '../../errors.ts'
import { BESIDE } from '../beside.ts'
import { readBundleLock } from '../bundle-kind.ts'
import { BUNDLE_LOCK, type BundleLock } from '../bundle-lock.ts'
import { checkSpace } from '../check-space.ts'
import { fileDigest } from '../file-digest.ts'
import { makeFolder } from '../make-folder.ts'
import { parseBundleLock } from '../parse-bundle-lock.ts'
import { takePlaces } from '../take-places.ts'
import type { EmitWork } from '../work-event.ts'
import { bundleFiles } from './bundle-files.ts'
import { statusOf } from './exchange-faults.ts'
import { interrupted } from './http-exchange.ts'
import type { Source, SourceFile } from './source.ts'

export interface CopyOptions {
  emit?: EmitWork
  signal?: AbortSignal
}

/** What a copy did. */
export interface Copied {
  /** All files of the source, without those that no lock lists. */
  files: number
  /** Those that were not there before. */
  fetched: readonly string[]
  /** Undefined where the source has none. */
  lock: BundleLock | undefined
  /** A signature was removed: that of another lock, which the source has not signed. */
  unsigned: boolean
}

/** Where files are until they are complete, in the folder of the bundle. */
const STAGING = '.pull/from'

/** How many files are copied at the same time. */
const PARALLEL = 4

/**
 * Copies all files of a source into the folder of a bundle. They take their places when all are there, and the lock
 * last. What is there and right is kept: by the lock's sha256; without a lock by an ETag that is an md5, or by size and
 * time of change, as rsync does. Errors: BUNDLE_SOURCE, LOCAL_IO, and those of the source.
 */
export async function copyFrom(
  source: Source,
  folder: string,
  { emit = () => {}, signal }: CopyOptions = {},
): Promise<Copied> {
  const lockText = await source.read(BUNDLE_LOCK)
  const lock = lockText ? parsedLock(source.place, lockText.toString('utf8')) : undefined
  const files = bundleFiles(source.place, await source.list(), lock)
  const beside = new Map<string, Buffer>(lockText ? [[BUNDLE_LOCK, lockText]] : [])
  for (const name of BESIDE.filter((each) => each !== BUNDLE_LOCK)) {
    const content = await readIfThere(source, name)
    if (content) beside.set(name, content)
  }

  makeFolder(join(folder, STAGING))
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  emit({ event: 'wanted', count: files.length, all: true, size: sizeOf(files) })
  const wanted: SourceFile[] = []
  for (const file of files) {
    if (either.aborted) throw interrupted(either)
    if (!(await isThere(join(folder, file.name), file))) wanted.push(file)
    else done(file, emit)
  }
  checkSpace(folder, sizeOf(wanted) - wanted.reduce((sum, file) => sum + sizeOfStaged(folder, file), 0))

  const inTurn = pLimit(PARALLEL)
  const copies = wanted.map((file) =>
    inTurn(async () => {
      if (either.aborted) throw interrupted(either)
      await stage(source, folder, file, { emit, signal: either })
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
  const unsigned = takePlaces(folder, {
    staged: wanted.map((file) => [file.name, join(folder, stagedName(file))]),
    ...{ beside, lock, before: readBundleLock(folder) },
  })
  rmSync(join(folder, STAGING), { recursive: true, force: true })
  return {
    ...{ files: files.length, lock, unsigned },
    fetched: wanted.map(({ name }) => name).toSorted(),
  }
}

async function readIfThere(source: Source, name: string): Promise<Buffer | undefined> {
  try {
    return await source.read(name)
  } catch (error) {
    // stores that list nothing answer so for what is not there
    if (statusOf(error) === 403) return undefined
    throw error
  }
}

/** Copies a file to where it waits for the others, unless an earlier call has. */
async function stage(
  source: Source,
  folder: string,
  file: SourceFile,
  { emit, signal }: Required<CopyOptions>,
): Promise<void> {
  const { name, changed } = file
  const staged = join(folder, stagedName(file))
  if (await isThere(staged, file)) return done(file, emit)
  const since = performance.now()
  emit({ event: 'fetch', name, from: source.place })
  if (file.size !== undefined) emit({ event: 'size', name, size: file.size })
  const onBytes = (count: number) => emit({ event: 'bytes', name, count })
  const { size, sha256 } = await source.fetch(file, staged, { onBytes, signal })
  if (changed !== undefined) await utimes(staged, new Date(), new Date(changed))
  emit({ event: 'fetched', name, size, sha256, ms: Math.round(performance.now() - since) })
}

function done({ name, size = 0 }: SourceFile, emit: EmitWork): void {
  emit({ event: 'bytes', name, count: size })
  emit({ event: 'done', name })
}

function sizeOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { size = 0 }) => sum + size, 0)
}

/** What is there of a file already, bytes. */
function sizeOfStaged(folder: string, file: SourceFile): number {
  const staged = join(folder, stagedName(file))
  const found = [staged, `${staged}.part`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
  return Math.max(...found)
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

/** The lock of a source. What is wrong with it can be corrected only there. */
function parsedLock(place: string, text: string): BundleLock {
  try {
    return parseBundleLock(BUNDLE_LOCK, text)
  } catch (cause) {
    const [first] = cause instanceof ConvecthubErrors ? cause.errors : [cause]
    const reason = first instanceof Error ? first.message : String(first)
    throw new ConvecthubError('BUNDLE_SOURCE', `the ${BUNDLE_LOCK} in ${place} cannot be used: ${reason}`, {
      cause,
      hint: 'write it again there: convecthub bundle lock FOLDER',
    })
  }
}
