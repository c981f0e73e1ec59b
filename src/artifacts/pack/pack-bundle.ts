import { createReadStream, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createTarPacker } from 'modern-tar'
import { ConvecthubError } from '../../errors.ts'
import { quote } from '../../sh.ts'
import type { Artifact, BundleLock } from '../bundle-lock.ts'
import { BESIDE } from './beside.ts'
import { PartWriter } from './part-writer.ts'

export interface PackOptions {
  /** Leave out the files of this bundle, which the far side has already. */
  base?: BundleLock
  /** The largest size of a part, bytes; without it there is one file. */
  split?: number
  onBytes(count: number): void
}

/** What was written: the names of the files, and what they hold. */
export interface Packed {
  parts: readonly string[]
  /** Bytes of all parts. */
  size: number
  files: readonly Artifact[]
}

/** A member of the archive. */
interface Member {
  name: string
  path: string
  size: number
}

/** The files of a bundle that a pack holds: all, or those that `base` does not have. */
export function packedFiles({ files }: BundleLock, base?: BundleLock): Artifact[] {
  const there = new Set(base?.files.map(({ sha256 }) => sha256))
  return files.filter(({ sha256 }) => !there.has(sha256))
}

/**
 * Packs a bundle into a tar archive, in parts of `split` bytes: its lock first, then its files. The same bundle always
 * gives the same bytes. Error: FILE_EXISTS instead of writing over a file.
 */
export async function packBundle(
  folder: string,
  lock: BundleLock,
  out: string,
  { base, split, onBytes }: PackOptions,
): Promise<Packed> {
  const taken = [out, `${out}.001`].find((path) => existsSync(path))
  if (taken !== undefined)
    throw new ConvecthubError('FILE_EXISTS', `${taken} is there already`, {
      hint: `name another file, or remove it first: rm ${quote(out)}*`,
    })
  const files = packedFiles(lock, base)
  const beside = BESIDE.filter((name) => existsSync(join(folder, name)))
  const members = [...beside, ...files.map(({ name }) => name)].map((name): Member => {
    const path = join(folder, name)
    return { name, path, size: statSync(path).size }
  })
  const writer = new PartWriter(out, split)
  try {
    for await (const chunk of tarOf(members)) {
      await writer.write(chunk)
      onBytes(chunk.length)
    }
    return { ...(await writer.finish()), files }
  } catch (error) {
    await writer.discard()
    throw error
  }
}

/** How many bytes a pack of these files has, at least. */
export function packSize(files: readonly Artifact[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/** The bytes of a tar archive of these files, without times and owners. */
async function* tarOf(members: readonly Member[]): AsyncGenerator<Uint8Array> {
  const { readable, controller } = createTarPacker()
  const filling = fill(members, controller)
  // an error reaches the reader through the stream
  filling.catch(() => {})
  yield* readable
  await filling
}

async function fill(
  members: readonly Member[],
  controller: ReturnType<typeof createTarPacker>['controller'],
): Promise<void> {
  try {
    for (const { name, path, size } of members) {
      const body = controller.add({ name, size, mtime: new Date(0), uid: 0, gid: 0 }).getWriter()
      for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
        await body.write(chunk)
      await body.close()
    }
    controller.finalize()
  } catch (error) {
    controller.error(error)
    throw error
  }
}
