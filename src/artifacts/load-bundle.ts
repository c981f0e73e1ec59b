import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { type Artifact, BUNDLE_LOCK, type BundleLock, bundleLockSchema, missingKinds } from './bundle-lock.ts'
import { fileDigest } from './file-digest.ts'
import { SharedFile } from './shared-file.ts'

export interface Bundle {
  folder: string
  lock: BundleLock
  /** Opens a file of the bundle. All callers share the same SharedFile. */
  open(artifact: Artifact): SharedFile
}

/**
 * Reads a bundle's lock and checks that every file is there with the size and sha256 in the lock. `anew` ignores cached
 * digests. Errors: BUNDLE_MISSING, BUNDLE_LOCK, and a BUNDLE_FILE for each file that is missing or different.
 */
export async function loadBundle(folder: string, { anew = false } = {}): Promise<Bundle> {
  const lock = readLock(folder)
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

function readLock(folder: string): BundleLock {
  const path = join(folder, BUNDLE_LOCK)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConvecthubError('BUNDLE_MISSING', `there is no bundle: ${(cause as Error).message}`, {
      cause,
      hint: 'put the artifacts and their bundle.lock.yaml into shared/bin/ beside the inventory, or name their folder with --bundle',
    })
  }
  try {
    const lock = bundleLockSchema.parse(parse(text))
    const missing = missingKinds(lock.files)
    if (missing.length > 0) throw new Error(`it names no file of kind ${missing.join(', ')}`)
    if (lock.files.some(({ kind, version }) => kind === 'k3s' && !version))
      throw new Error('its k3s has no version')
    return lock
  } catch (cause) {
    const wrong = cause instanceof z.ZodError ? z.prettifyError(cause) : undefined
    const why = wrong === undefined ? `: ${(cause as Error).message.split('\n')[0]}` : ''
    throw new ConvecthubError('BUNDLE_LOCK', `${path} is not a bundle lock${why}`, {
      cause,
      ...(wrong !== undefined && { evidence: wrong }),
      origin: { file: path },
      hint: 'take the one that came with the bundle, or write it anew: convecthub bundle lock FOLDER --k3s VERSION',
    })
  }
}

async function checkFile(
  folder: string,
  artifact: Artifact,
  anew: boolean,
): Promise<ConvecthubError | undefined> {
  const path = join(folder, artifact.name)
  const bad = (why: string) =>
    new ConvecthubError('BUNDLE_FILE', `${path}: ${why}`, {
      hint: 'copy the bundle again; no machine was contacted',
    })
  try {
    const { size } = statSync(path)
    if (size !== artifact.size) return bad(`${size} bytes, and ${artifact.size} are wanted`)
    const digest = await fileDigest(path, { anew })
    return digest === artifact.sha256
      ? undefined
      : bad(`its sha256 is ${digest}, and ${artifact.sha256} is wanted`)
  } catch (cause) {
    return bad((cause as Error).message)
  }
}
