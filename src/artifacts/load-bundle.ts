import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { type Artifact, type ArtifactKind, BUNDLE_LOCK, type BundleLock } from './bundle-lock.ts'
import { fileDigest } from './file-digest.ts'
import { lockCommand, parseBundleLock } from './parse-bundle-lock.ts'
import { programArchitecture } from './program-architecture.ts'
import { SharedFile } from './shared-file.ts'
import { checkSignature } from './signature.ts'

/** The kinds of files that are run on the machines. */
const PROGRAMS: readonly ArtifactKind[] = ['k3s', 'helm', 'registry']

export interface Bundle {
  folder: string
  lock: BundleLock
  /** Opens a file of the bundle. All callers share the same SharedFile. */
  open(artifact: Artifact): SharedFile
}

export interface LoadOptions {
  /** Ignores cached digests. */
  anew?: boolean
  /** The key with which the bundle must be signed. */
  trusted?: KeyObject | undefined
}

/**
 * Reads a bundle's lock and checks that every file is there with the size and sha256 in the lock, and each program for
 * the processor in the lock. Errors: BUNDLE_MISSING, BUNDLE_SIGNATURE, BUNDLE_LOCK, and a BUNDLE_FILE for each file that
 * is missing or different.
 */
export async function loadBundle(
  folder: string,
  { anew = false, trusted }: LoadOptions = {},
): Promise<Bundle> {
  const lock = lockOf(folder, trusted)
  const problems = await Promise.all(lock.files.map((artifact) => checkFile(folder, artifact, anew)))
  const errors = problems.filter((problem) => problem !== undefined)
  if (errors.length > 0) throw new ConvecthubErrors(errors)
  const files = new Map<string, SharedFile>()
  return {
    folder,
    lock,
    open({ name }) {
      const file = files.get(name) ?? new SharedFile(join(folder, name))
      files.set(name, file)
      return file
    },
  }
}

/** Reads the lock of a bundle, given its folder or the file itself. Errors: BUNDLE_MISSING, BUNDLE_LOCK. */
export function readLock(place: string, trusted?: KeyObject): BundleLock {
  const isFile = statSync(place, { throwIfNoEntry: false })?.isFile() === true
  return isFile ? parseBundleLock(place, readFileSync(place, 'utf8')) : lockOf(place, trusted)
}

function lockOf(folder: string, trusted?: KeyObject): BundleLock {
  const path = join(folder, BUNDLE_LOCK)
  let text: Buffer
  try {
    text = readFileSync(path)
  } catch (cause) {
    const reason = !existsSync(folder)
      ? 'no such folder'
      : existsSync(path) || !statSync(folder).isDirectory()
        ? systemReason(cause)
        : `no ${BUNDLE_LOCK}`
    throw new ConvecthubError('BUNDLE_MISSING', `there is no bundle in ${folder} (${reason})`, {
      cause,
      hint: `put its files there and describe them: ${lockCommand(folder)}; or name the folder that has them: --bundle FOLDER`,
    })
  }
  if (trusted) checkSignature(folder, text, trusted)
  const lock = parseBundleLock(path, text.toString())
  const unknown = lock.files.find(({ kind, version }) => kind === 'k3s' && !version)
  if (unknown)
    throw new ConvecthubError('BUNDLE_LOCK', `the file ${unknown.name} has no version`, {
      origin: { file: path },
      hint: `write it again with the version: ${lockCommand(folder)}`,
    })
  return lock
}

async function checkFile(
  folder: string,
  artifact: Artifact,
  anew: boolean,
): Promise<ConvecthubError | undefined> {
  const path = join(folder, artifact.name)
  const bad = (why: string) =>
    new ConvecthubError('BUNDLE_FILE', `${path} ${why}`, {
      hint: `copy it again; or, where it is the file that you want: ${lockCommand(folder)}`,
    })
  try {
    const { size } = statSync(path)
    if (size !== artifact.size) return bad(`is ${size} bytes; ${BUNDLE_LOCK} says ${artifact.size}`)
    const digest = await fileDigest(path, { anew })
    if (digest !== artifact.sha256)
      return bad(`has the sha256 ${digest}; ${BUNDLE_LOCK} says ${artifact.sha256}`)
    const architecture = PROGRAMS.includes(artifact.kind) ? programArchitecture(path) : undefined
    return architecture === undefined || architecture === artifact.architecture
      ? undefined
      : bad(`is a program for ${architecture}; ${BUNDLE_LOCK} says ${artifact.architecture}`)
  } catch (cause) {
    return bad(existsSync(path) ? `cannot be read: ${systemReason(cause)}` : 'is missing')
  }
}
