import { join } from 'node:path'
import pLimit from 'p-limit'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { lockFile, writeBeside } from './beside.ts'
import { filesIn, HOLDS } from './bundle-folder.ts'
import { readBundleLock } from './bundle-kind.ts'
import { type Artifact, type BundleLock, bundleLockSchema, LOCK_VERSION, lackingIn } from './bundle-lock.ts'
import { namedFile } from './bundle-names.ts'
import { type Described, describeFile } from './describe-file.ts'
import { type DigestOptions, fileDigest } from './file-digest.ts'
import { oneOfEach } from './one-of-each.ts'
import { renderingsOf } from './renderings-of.ts'
import { unpackPrograms } from './unpack-programs.ts'
import type { EmitWork } from './work-event.ts'

export interface LockOptions {
  description: string
  /** Default: what hasStandIns() finds. */
  standIn?: boolean
  /** Versions by kind, for programs that do not tell their own: `helm` → `v3.19.0`. */
  versions: Readonly<Record<string, string | undefined>>
  /** convecthub's own values for the chart: Helm renders it with them, to know the images. Without them it does not run. */
  values?: readonly string[]
  emit?: EmitWork
  signal?: AbortSignal
}

export interface Locked {
  lock: BundleLock
  /** Files that are not in the lock, and why. */
  ignored: readonly { name: string; why: string }[]
  /** What could not be known of files that are in it. */
  doubts: readonly string[]
  /** Programs that were unpacked into the folder. */
  unpacked: readonly string[]
  /** The signature of the lock before was removed. */
  unsigned: boolean
}

/** What a version looks like, and an example. */
const VERSIONS: Readonly<Record<string, { pattern: RegExp; example: string }>> = {
  k3s: { pattern: /^v\d+\.\d+\.\d+(-[\w.]+)?\+k3s\d+$/, example: 'v1.34.1+k3s1' },
  helm: { pattern: /^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/, example: 'v3.19.0' },
}

/** How many files are read at the same time. */
const PARALLEL = 4

/**
 * Writes a bundle.lock.yaml that describes the files in a folder, and unpacks Helm there where only its archive is. What
 * the lock before says of files that are the same stays. A folder that still has programs of a stand-in bundle stays one.
 * Errors: USAGE for a version that is none; BUNDLE_FILE for a link that is broken or leads out of the folder, another
 * version than named, two files for one purpose, and when a required file or the folder is missing; ARCHIVE for a
 * damaged archive.
 */
export async function lockBundle(folder: string, options: LockOptions): Promise<Locked> {
  const { description, standIn, values, emit = () => {}, signal } = options
  checkVersions(options.versions)
  const before = readBundleLock(folder)
  const packed = await unpackPrograms(folder, filesIn(folder))
  const names = filesIn(folder)
  const versions = { ...packed.versions, ...definedOnly(options.versions) }
  emit({ event: 'wanted', count: names.length, all: true })
  const inTurn = pLimit(PARALLEL)
  const described = await Promise.allSettled(
    names.map((name) =>
      inTurn(async () => {
        emit({ event: 'begin', name })
        const onBytes = (count: number) => emit({ event: 'bytes', name, count })
        const found = await describe(folder, name, { versions, before, onBytes, ...(signal && { signal }) })
        emit({ event: 'done', name })
        return found
      }),
    ),
  )
  signal?.throwIfAborted()
  const found = fulfilled(described)
  const files = found.flatMap((each) => ('artifact' in each ? [each.artifact] : []))
  const lacking = lackingIn(files)
  if (lacking.length > 0)
    throw new ConvecthubError('BUNDLE_FILE', `${folder} lacks: ${lacking.join(', ')}`, { hint: HOLDS })
  const twice = oneOfEach(folder, files)
  if (twice.length > 0) throw new ConvecthubErrors(twice)
  const bare = bundleLockSchema.parse({
    version: LOCK_VERSION,
    description,
    standIn: standIn ?? hasStandIns(before, files),
    files,
  })
  const { renderings, doubts } = await renderingsOf(folder, bare, before, values)
  const lock = { ...bare, ...(renderings.length > 0 && { renderings }) }
  const unsigned = writeBeside(folder, lockFile(lock))
  return {
    lock,
    ignored: found.flatMap((each, index) =>
      'ignored' in each ? [{ name: names[index] ?? '', why: each.ignored }] : [],
    ),
    doubts: [...found.flatMap((each) => ('doubt' in each && each.doubt) || []), ...doubts],
    unpacked: packed.names,
    unsigned,
  }
}

function checkVersions(versions: LockOptions['versions']): void {
  for (const [kind, { pattern, example }] of Object.entries(VERSIONS)) {
    const version = versions[kind]
    if (version !== undefined && !pattern.test(version))
      throw new ConvecthubError('USAGE', `--${kind} ${version}: expected a version such as ${example}`, {
        hint: `ask the program: ${kind} ${kind === 'k3s' ? '--version' : 'version --short'}`,
      })
  }
}

function definedOnly(versions: LockOptions['versions']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(versions).flatMap(([kind, version]) => (version ? [[kind, version]] : [])),
  )
}

/** The results; all errors at once where there are some. */
function fulfilled<T>(settled: readonly PromiseSettledResult<T>[]): T[] {
  const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  const unexpected = errors.find((error) => !(error instanceof ConvecthubError))
  if (unexpected) throw unexpected
  if (errors.length > 0) throw errors.length > 1 ? new ConvecthubErrors(errors) : errors[0]
  return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
}

/** What the lock before says of a file where that is the same, else what the file tells. */
async function describe(
  folder: string,
  name: string,
  {
    versions,
    before,
    ...options
  }: { versions: Readonly<Record<string, string>>; before?: BundleLock | undefined } & DigestOptions,
): Promise<Described> {
  const named = namedFile(name)
  const old = before?.files.find((file) => file.name === name)
  if (!named && !old) return { ignored: 'nothing in a bundle has such a name' }
  const sha256 = await fileDigest(join(folder, name), options)
  const given = old && versions[old.kind]
  const isKnown = old?.sha256 === sha256 && (given ?? old.version) === old.version
  if (isKnown && (old.kind !== 'images' || old.images)) return { artifact: old }
  return named
    ? describeFile(folder, { name, sha256 }, named, versions)
    : { ignored: 'nothing in a bundle has such a name' }
}

/** Whether a program that the lock before knows as a stand-in is still the same. */
function hasStandIns(before: BundleLock | undefined, files: readonly Artifact[]): boolean {
  const programs = before?.standIn ? before.files.filter(({ kind }) => kind === 'k3s' || kind === 'helm') : []
  return programs.some(({ sha256 }) => files.some((file) => file.sha256 === sha256))
}
