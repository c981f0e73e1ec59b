import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { BUNDLE_LOCK, type BundleLock, bundleLockSchema } from './bundle-lock.ts'

/** Whether a folder holds no bundle, the lab's stand-in, or a real one. Reads only its lock. */
export function bundleKind(folder: string): 'none' | 'stand-in' | 'real' {
  if (!existsSync(join(folder, BUNDLE_LOCK))) return 'none'
  return readBundleLock(folder)?.standIn ? 'stand-in' : 'real'
}

/** Reads a folder's lock, for callers that can do without it. Undefined when it is missing or invalid. */
export function readBundleLock(folder: string): BundleLock | undefined {
  try {
    return bundleLockSchema.parse(parse(readFileSync(join(folder, BUNDLE_LOCK), 'utf8')))
  } catch {
    return undefined
  }
}
