import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, statSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { type Artifact, BUNDLE_LOCK, type BundleLock } from '../bundle-lock.ts'
import { fileDigest } from '../file-digest.ts'
import { type TarMember, tarMembers } from '../images/tar-members.ts'
import { parseBundleLock } from '../parse-bundle-lock.ts'
import { BESIDE } from './beside.ts'

/** The largest lock that is read, bytes. */
const LARGEST_LOCK = 16 * 1024 * 1024

export interface Unpacked {
  lock: BundleLock
  /** Files that came from the pack. */
  written: readonly Artifact[]
  /** How many files were in the folder already. */
  there: number
}

/** The parts of a pack, in their order. `file` is its name, that of its first part, or what the parts' names begin with. */
export function partsOf(file: string): string[] {
  if (existsSync(file) && !file.endsWith('.001')) return [file]
  const base = file.replace(/\.001$/, '')
  const parts: string[] = []
  for (let number = 1; ; number++) {
    const part = `${base}.${String(number).padStart(3, '0')}`
    if (!existsSync(part)) return parts
    parts.push(part)
  }
}

/**
 * Unpacks a bundle into a folder. What is there and right stays; each file gets its name when its size and sha256 are
 * those of the lock, and the lock comes last. Errors: ARCHIVE for what is cut short or no tar archive; BUNDLE_PACK when it
 * is no pack, is damaged, or holds only what changed since a bundle that is not in the folder.
 */
export async function unpackBundle(
  file: string,
  folder: string,
  onBytes: (count: number) => void,
): Promise<Unpacked> {
  const parts = partsOf(file)
  if (parts.length === 0)
    throw new ConvecthubError('BUNDLE_PACK', `there is no pack ${file}`, { hint: NAMES })
  const beside = new Map<string, Buffer>()
  const written: Artifact[] = []
  let lock: BundleLock | undefined
  for await (const member of tarMembers(rangeOf(parts), bytesOf(parts, onBytes))) {
    const { name } = member
    if (BESIDE.includes(name) && member.size <= LARGEST_LOCK) {
      beside.set(name, await member.read())
      if (name === BUNDLE_LOCK) lock = parseBundleLock(`${file}:${name}`, String(beside.get(name)))
      continue
    }
    if (!lock) throw notOurs(file)
    const artifact = lock.files.find((each) => each.name === name)
    if (!artifact) throw broken(file, `it holds ${name}, which its ${BUNDLE_LOCK} does not list`)
    if (await isRight(folder, artifact)) continue
    await place(member, folder, artifact, file)
    written.push(artifact)
  }
  if (!lock) throw notOurs(file)
  await expectAll(lock, folder, parts)
  for (const name of BESIDE.toReversed()) {
    const content = beside.get(name)
    if (!content) continue
    await writeFile(join(folder, `${name}.part`), content)
    await rename(join(folder, `${name}.part`), join(folder, name))
  }
  return { lock, written, there: lock.files.length - written.length }
}

const NAMES = 'name the file that `convecthub bundle pack` wrote, or the first of its parts'

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

/** Writes a member beside its place, checks it, then renames it. */
async function place(member: TarMember, folder: string, artifact: Artifact, pack: string): Promise<void> {
  const path = join(folder, artifact.name)
  const part = `${path}.part`
  mkdirSync(dirname(path), { recursive: true })
  const hash = createHash('sha256')
  const out = await open(part, 'w', artifact.kind === 'k3s' || artifact.kind === 'helm' ? 0o755 : 0o644)
  try {
    for await (const chunk of member.pieces()) {
      hash.update(chunk)
      await out.writeFile(chunk)
    }
    if (hash.digest('hex') !== artifact.sha256)
      throw broken(pack, `${artifact.name} in it is not what its ${BUNDLE_LOCK} says`)
    await out.sync()
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    await out.close()
  }
}

async function isRight(folder: string, { name, size, sha256 }: Artifact): Promise<boolean> {
  const path = join(folder, name)
  const state = statSync(path, { throwIfNoEntry: false })
  return state?.isFile() === true && state.size === size && (await fileDigest(path)) === sha256
}

/** Refuses a folder in which files of the lock are missing after a pack was read to its end. */
async function expectAll({ files }: BundleLock, folder: string, parts: readonly string[]): Promise<void> {
  const right = await Promise.all(files.map((artifact) => isRight(folder, artifact)))
  const missing = files.filter((_, index) => !right[index]).map(({ name }) => name)
  if (missing.length === 0) return
  throw new ConvecthubError(
    'BUNDLE_PACK',
    `${folder} lacks ${missing.join(', ')}, and the pack does not hold it`,
    {
      hint: `is ${basename(parts.at(-1) ?? '')} its last part? A pack made with --base goes into the folder with that older bundle`,
    },
  )
}

function notOurs(file: string): ConvecthubError {
  return new ConvecthubError('BUNDLE_PACK', `${file} is not a pack of a bundle`, { hint: NAMES })
}

function broken(file: string, why: string): ConvecthubError {
  return new ConvecthubError('BUNDLE_PACK', `${file} is damaged: ${why}`, {
    hint: 'copy it again, then unpack it again',
  })
}
