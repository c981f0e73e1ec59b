import { createHash } from 'node:crypto'
import { createReadStream, rmSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { BESIDE } from '../beside.ts'
import { readBundleLock } from '../bundle-kind.ts'
import { type Artifact, BUNDLE_LOCK, type BundleLock } from '../bundle-lock.ts'
import { checkSpace } from '../check-space.ts'
import { fileDigest } from '../file-digest.ts'
import { type TarMember, tarMembers } from '../images/tar-members.ts'
import { makeFolder } from '../make-folder.ts'
import { parseBundleLock } from '../parse-bundle-lock.ts'
import { some } from '../proof/gap.ts'
import { onlyOnePull } from '../pull/only-one-pull.ts'
import { PULL_FOLDER } from '../pull/pull-work.ts'
import { takePlaces } from '../take-places.ts'
import type { EmitWork } from '../work-event.ts'
import { PACK_NAMES, partsOf } from './parts-of.ts'

/** The largest lock that is read, bytes. */
const LARGEST_LOCK = 16 * 1024 * 1024

/** Where files wait until all are there, in the folder of the bundle. */
const STAGING = `${PULL_FOLDER}/unpack`

export interface UnpackOptions {
  emit?: EmitWork
  signal?: AbortSignal
}

export interface Unpacked {
  lock: BundleLock
  /** Files that came from the pack. */
  written: readonly Artifact[]
  /** How many files were in the folder already. */
  there: number
  /** The signature of another lock was removed. */
  unsigned: boolean
}

/**
 * Unpacks a bundle into a folder. What is there and right stays, also what an earlier call has left; the files take their
 * places when all are there with size and sha256 of the lock, which comes last. Errors: BUNDLE_BUSY; LOCAL_IO; BUNDLE_PACK
 * when it is no pack, is damaged or cut short, or holds only what changed since a bundle that is not in the folder.
 */
export async function unpackBundle(
  file: string,
  folder: string,
  { emit = () => {}, signal }: UnpackOptions = {},
): Promise<Unpacked> {
  const parts = partsOf(file)
  let current = file
  const onBytes = (count: number) => {
    signal?.throwIfAborted()
    emit({ event: 'bytes', name: current, count })
  }
  const beside = new Map<string, Buffer>()
  let unpacking: Unpacking | undefined
  try {
    for await (const member of tarMembers(rangeOf(parts), bytesOf(parts, onBytes))) {
      const { name } = member
      if (BESIDE.includes(name) && member.size <= LARGEST_LOCK) {
        if (beside.has(name)) throw broken(parts, `it holds ${name} twice`)
        beside.set(name, await member.read())
        if (name !== BUNDLE_LOCK) continue
        const lock = parseBundleLock(`${file}:${name}`, String(beside.get(name)))
        unpacking = new Unpacking(parts, folder, lock, emit)
        unpacking.checkSpace()
        continue
      }
      if (!unpacking) throw notOurs(file)
      current = name
      await unpacking.take(member)
    }
    if (!unpacking) throw notOurs(file)
    return await unpacking.finish(beside)
  } catch (error) {
    const { code, message } = Object(error)
    if (code !== 'ARCHIVE') throw error
    throw unpacking ? broken(parts, message.replace(/^.* cannot be used: /, '')) : notOurs(file)
  } finally {
    unpacking?.end()
  }
}

/** A pack whose lock is known. */
class Unpacking {
  readonly #parts: readonly string[]
  readonly #folder: string
  readonly #lock: BundleLock
  readonly #emit: EmitWork
  readonly #release: () => void
  readonly #before: BundleLock | undefined
  /** Those that are there and right already. */
  readonly #there = new Set<string>()
  readonly #staged = new Map<string, string>()

  constructor(parts: readonly string[], folder: string, lock: BundleLock, emit: EmitWork) {
    this.#parts = parts
    this.#folder = folder
    this.#lock = lock
    this.#emit = emit
    const size = parts.reduce((sum, part) => sum + statSync(part).size, 0)
    emit({ event: 'wanted', count: lock.files.length, all: true, size })
    this.#release = onlyOnePull(join(folder, PULL_FOLDER))
    this.#before = readBundleLock(folder)
  }

  /** Error: LOCAL_IO where what is missing does not fit. */
  checkSpace(): void {
    const places = [this.#folder, join(this.#folder, STAGING)]
    const missing = this.#lock.files.filter(
      ({ name, size }) =>
        !places.some((place) => statSync(join(place, name), { throwIfNoEntry: false })?.size === size),
    )
    checkSpace(
      this.#folder,
      missing.reduce((sum, { size }) => sum + size, 0),
    )
  }

  /** Keeps a member that is not there yet. Error: BUNDLE_PACK. */
  async take(member: TarMember): Promise<void> {
    const { name } = member
    const artifact = this.#lock.files.find((each) => each.name === name)
    if (!artifact) throw broken(this.#parts, `it holds ${name}, which its ${BUNDLE_LOCK} does not list`)
    this.#emit({ event: 'begin', name })
    this.#emit({ event: 'size', name, size: member.size })
    if (await isRight(this.#folder, artifact)) this.#there.add(name)
    else await this.#stage(member, artifact)
    this.#emit({ event: 'done', name })
  }

  /** Error: BUNDLE_PACK where files of the lock are missing after the pack was read to its end. */
  async finish(beside: ReadonlyMap<string, Uint8Array>): Promise<Unpacked> {
    const { files } = this.#lock
    const missing: string[] = []
    for (const artifact of files) {
      const { name } = artifact
      if (this.#staged.has(name) || this.#there.has(name)) continue
      if (await isRight(this.#folder, artifact)) this.#emit({ event: 'done', name })
      else missing.push(name)
    }
    if (missing.length > 0)
      throw new ConvecthubError(
        'BUNDLE_PACK',
        `${this.#folder} lacks ${some(missing)}, and the pack does not hold ${missing.length === 1 ? 'it' : 'them'}`,
        {
          hint: `is ${basename(this.#parts.at(-1) ?? '')} its last part? A pack made with --base goes into the folder with that older bundle`,
        },
      )
    const lock = this.#lock
    const unsigned = takePlaces(this.#folder, { staged: this.#staged, beside, lock, before: this.#before })
    rmSync(join(this.#folder, STAGING), { recursive: true, force: true })
    const written = files.filter(({ name }) => this.#staged.has(name))
    return { lock, written, there: files.length - written.length, unsigned }
  }

  end(): void {
    this.#release()
  }

  /** Writes a member to where it waits for the others, unless an earlier call has. */
  async #stage(member: TarMember, artifact: Artifact): Promise<void> {
    const { name, kind, sha256 } = artifact
    const path = join(this.#folder, STAGING, name)
    this.#staged.set(name, path)
    if (await isRight(join(this.#folder, STAGING), artifact)) return
    makeFolder(dirname(path))
    const part = `${path}.part`
    const hash = createHash('sha256')
    const out = await open(part, 'w', kind === 'k3s' || kind === 'helm' ? 0o755 : 0o644)
    try {
      for await (const chunk of member.pieces()) {
        hash.update(chunk)
        await out.writeFile(chunk)
      }
      if (hash.digest('hex') !== sha256)
        throw broken(this.#parts, `${name} in it is not what its ${BUNDLE_LOCK} says`)
      await out.sync()
      await rename(part, path)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    } finally {
      await out.close()
    }
  }
}

/** The parts in words: `b.tar.001 to b.tar.004`. */
function rangeOf(parts: readonly string[]): string {
  const [first = '', ...others] = parts
  return others.length > 0 ? `${first} to ${basename(others.at(-1) ?? '')}` : first
}

async function* bytesOf(
  parts: readonly string[],
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for (const part of parts)
    for await (const chunk of createReadStream(part, { highWaterMark: 1024 * 1024 })) {
      onBytes(chunk.length)
      yield chunk
    }
}

async function isRight(folder: string, { name, size, sha256 }: Artifact): Promise<boolean> {
  const path = join(folder, name)
  const state = statSync(path, { throwIfNoEntry: false })
  return state?.isFile() === true && state.size === size && (await fileDigest(path)) === sha256
}

function notOurs(file: string): ConvecthubError {
  return new ConvecthubError('BUNDLE_PACK', `${file} is not a pack of a bundle`, { hint: PACK_NAMES })
}

function broken(parts: readonly string[], why: string): ConvecthubError {
  const hint =
    parts.length > 1
      ? `is ${basename(parts.at(-1) ?? '')} the last part? Copy the others beside it, or all of them again; then unpack it again`
      : 'copy it again, then unpack it again'
  return new ConvecthubError('BUNDLE_PACK', `${rangeOf(parts)} is damaged: ${why}`, { hint })
}
