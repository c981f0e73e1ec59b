import type { KeyObject } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { quote } from '../sh.ts'
import { systemReason } from '../system-error.ts'
import { type Artifact, type ArtifactKind, BUNDLE_LOCK, type BundleLock } from './bundle-lock.ts'
import { BUNDLE_SPEC } from './bundle-spec.ts'
import { fileDigest } from './file-digest.ts'
import { lockCommand, parseBundleLock } from './parse-bundle-lock.ts'
import { programArchitecture } from './program-architecture.ts'
import { SharedFile } from './shared-file.ts'
import { checkSignature } from './signature.ts'
import type { EmitWork } from './work-event.ts'

/** The kinds of files that are run on the machines. */
const PROGRAMS: readonly ArtifactKind[] = ['k3s', 'helm', 'registry']

/** How many files are read at the same time. */
const PARALLEL = 4

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
  emit?: EmitWork
  signal?: AbortSignal
}

/**
 * Reads a bundle's lock and checks that every file is there with the size and sha256 in the lock, and each program for
 * the processor in the lock. Errors: BUNDLE_MISSING, BUNDLE_SIGNATURE, BUNDLE_LOCK, and a BUNDLE_FILE for each file that
 * is missing or different.
 */
export async function loadBundle(folder: string, options: LoadOptions = {}): Promise<Bundle> {
  const { trusted, emit = () => {}, signal } = options
  const lock = lockOf(folder, trusted)
  const size = lock.files.reduce((sum, each) => sum + each.size, 0)
  emit({ event: 'wanted', count: lock.files.length, all: true, size })
  const inTurn = pLimit(PARALLEL)
  const problems = await Promise.all(
    lock.files.map((artifact) =>
      inTurn(async () => {
        const { name } = artifact
        emit({ event: 'begin', name })
        emit({ event: 'size', name, size: artifact.size })
        const problem = await checkFile(folder, artifact, options)
        emit({ event: 'done', name })
        return problem
      }),
    ),
  )
  signal?.throwIfAborted()
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
    throw missing(folder, cause)
  }
  if (trusted) checkSignature(folder, text, trusted)
  const lock = parseBundleLock(path, text.toString())
  const unknown = lock.files.find(({ kind, version }) => kind === 'k3s' && !version)
  if (unknown)
    throw new ConvecthubError('BUNDLE_LOCK', `the file ${unknown.name} has no version`, {
      origin: { file: path },
      hint: `write it again with the version: ${lockCommand(folder)} --k3s VERSION`,
    })
  return lock
}

/** How verbs with an inventory are told of another folder. */
const ELSEWHERE = ' (plan and provision: --bundle FOLDER)'

/** Why there is no lock, and what makes a bundle of what is there. */
function missing(folder: string, cause: unknown): ConvecthubError {
  const failed = (reason: string, hint: string) =>
    new ConvecthubError('BUNDLE_MISSING', `there is no bundle in ${folder} (${reason})`, { cause, hint })
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found)
    return failed(
      'no such folder',
      `name the folder that has it${ELSEWHERE}, or make one: convecthub bundle init ${quote(folder)}`,
    )
  if (!found.isDirectory()) return failed('not a directory', 'name the folder that has it')
  if (existsSync(join(folder, BUNDLE_LOCK)))
    return failed(systemReason(cause), `look who may read it: ls -l ${quote(join(folder, BUNDLE_LOCK))}`)
  return failed(
    `no ${BUNDLE_LOCK}`,
    existsSync(join(folder, BUNDLE_SPEC))
      ? `fetch what its ${BUNDLE_SPEC} asks for: convecthub bundle pull ${quote(folder)}`
      : `put its files there and describe them: ${lockCommand(folder)}; or name the folder that has it${ELSEWHERE}`,
  )
}

/** The error for a file that is not what the lock says. `why` follows its path. */
export function badFile(folder: string, { name, from }: Artifact, why: string): ConvecthubError {
  const own = why === 'is missing' ? '' : `; or, where it is the file that you want: ${lockCommand(folder)}`
  return new ConvecthubError('BUNDLE_FILE', `${join(folder, name)} ${why}`, {
    hint: `copy it again${from === undefined ? own : `, or fetch it: convecthub bundle pull ${quote(folder)}`}`,
  })
}

/** The error for a file that is missing or has another size; undefined for one that may be right. */
export function sizeProblem(folder: string, artifact: Artifact): ConvecthubError | undefined {
  const found = statSync(join(folder, artifact.name), { throwIfNoEntry: false })
  if (!found) return badFile(folder, artifact, 'is missing')
  if (!found.isFile()) return badFile(folder, artifact, 'is not a file')
  if (found.size === artifact.size) return undefined
  return badFile(folder, artifact, `is ${found.size} bytes; ${BUNDLE_LOCK} says ${artifact.size}`)
}

async function checkFile(
  folder: string,
  artifact: Artifact,
  { anew = false, emit, signal }: LoadOptions,
): Promise<ConvecthubError | undefined> {
  const { name } = artifact
  const path = join(folder, name)
  const bad = (why: string) => badFile(folder, artifact, why)
  try {
    const problem = sizeProblem(folder, artifact)
    if (problem) return problem
    const onBytes = (count: number) => emit?.({ event: 'bytes', name, count })
    const digest = await fileDigest(path, { anew, onBytes, ...(signal && { signal }) })
    if (digest !== artifact.sha256)
      return bad(`has the sha256 ${digest}; ${BUNDLE_LOCK} says ${artifact.sha256}`)
    const architecture = PROGRAMS.includes(artifact.kind) ? programArchitecture(path) : undefined
    return architecture === undefined || architecture === artifact.architecture
      ? undefined
      : bad(`is a program for ${architecture}; ${BUNDLE_LOCK} says ${artifact.architecture}`)
  } catch (cause) {
    if (signal?.aborted) throw cause
    return bad(`cannot be read: ${systemReason(cause)}`)
  }
}
