import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createTarPacker } from 'modern-tar'
import { ConvecthubError, ConvecthubErrors } from '../../errors.ts'
import { BESIDE } from '../beside.ts'
import { type Artifact, BUNDLE_LOCK, type BundleLock } from '../bundle-lock.ts'
import { checkSpace } from '../check-space.ts'
import { badFile, sizeProblem } from '../load-bundle.ts'
import type { EmitWork } from '../work-event.ts'
import { PartWriter } from './part-writer.ts'
import { MOST_PARTS } from './parts-of.ts'
import { refusePlace } from './refuse-place.ts'

export interface PackOptions {
  /** Leave out the files of this bundle, which the far side has already. */
  base?: BundleLock
  /** The largest size of a part, bytes; without it there is one file. */
  split?: number
  emit?: EmitWork
  signal?: AbortSignal
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
  /** For those that the lock lists. */
  artifact?: Artifact
}

/** What a tar archive holds is filled up to blocks; each member has one as its header, and two end it. */
const BLOCK = 512

/** The files of a bundle that a pack holds: all, or those that `base` does not have. */
function packedFiles({ files }: BundleLock, base?: BundleLock): Artifact[] {
  const there = new Set(base?.files.map(({ sha256 }) => sha256))
  return files.filter(({ sha256 }) => !there.has(sha256))
}

/**
 * Packs a bundle into a tar archive, in parts of `split` bytes: its lock first, then its files, each checked on the way.
 * The same bundle always gives the same bytes. What is not complete is removed. Errors: those of refusePlace; USAGE for
 * parts that are too small; LOCAL_IO where there is no room; a BUNDLE_FILE for each file that is not what the lock says.
 */
export async function packBundle(
  folder: string,
  lock: BundleLock,
  out: string,
  { base, split, emit = () => {}, signal }: PackOptions = {},
): Promise<Packed> {
  refusePlace(folder, out)
  const wrong = lock.files.flatMap((artifact) => sizeProblem(folder, artifact) ?? [])
  if (wrong.length > 0) throw new ConvecthubErrors(wrong)
  const files = packedFiles(lock, base)
  const members = [
    ...BESIDE.filter((name) => existsSync(join(folder, name))).map((name): Member => {
      const path = join(folder, name)
      return { name, path, size: statSync(path).size }
    }),
    ...files.map((artifact): Member => {
      const { name, size } = artifact
      return { name, path: join(folder, name), size, artifact }
    }),
  ]
  const blocks = members.reduce((sum, { size }) => sum + 1 + Math.ceil(size / BLOCK), 2)
  const parts = Math.ceil((blocks * BLOCK) / (split ?? Number.POSITIVE_INFINITY))
  if (parts > MOST_PARTS)
    throw new ConvecthubError('USAGE', `--split ${split} makes ${parts} parts; there can be ${MOST_PARTS}`, {
      hint: 'name a larger size, such as 4G',
    })
  checkSpace(dirname(out), blocks * BLOCK)
  emit({ event: 'wanted', count: members.length, all: true, size: blocks * BLOCK })
  const writer = new PartWriter(out, split)
  try {
    for await (const chunk of tarOf(folder, members, emit)) {
      signal?.throwIfAborted()
      await writer.write(chunk)
    }
    return { ...(await writer.finish()), files }
  } catch (error) {
    await writer.discard()
    throw error
  }
}

/** The bytes of a tar archive of these files, without times and owners. */
async function* tarOf(
  folder: string,
  members: readonly Member[],
  emit: EmitWork,
): AsyncGenerator<Uint8Array> {
  const { readable, controller } = createTarPacker()
  const filling = fill(folder, members, controller, emit)
  // an error reaches the reader through the stream
  filling.catch(() => {})
  yield* readable
  await filling
}

async function fill(
  folder: string,
  members: readonly Member[],
  controller: ReturnType<typeof createTarPacker>['controller'],
  emit: EmitWork,
): Promise<void> {
  try {
    for (const { name, path, size, artifact } of members) {
      emit({ event: 'begin', name })
      emit({ event: 'size', name, size })
      const body = controller.add({ name, size, mtime: new Date(0), uid: 0, gid: 0 }).getWriter()
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
        hash.update(chunk)
        await body.write(chunk)
        emit({ event: 'bytes', name, count: chunk.length })
      }
      const sha256 = hash.digest('hex')
      if (artifact && sha256 !== artifact.sha256)
        throw badFile(folder, artifact, `has the sha256 ${sha256}; ${BUNDLE_LOCK} says ${artifact.sha256}`)
      await body.close()
      emit({ event: 'done', name })
    }
    controller.finalize()
  } catch (error) {
    controller.error(error)
    throw error
  }
}
