import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { BUNDLE_LOCK, type BundleLock, bundleLockSchema } from './bundle-lock.ts'

/** What a folder holds by its lock alone: no bundle, the lab's imitation, or a real one. */
export function bundleKind(folder: string): 'none' | 'stand-in' | 'real' {
  if (!existsSync(join(folder, BUNDLE_LOCK))) return 'none'
  return readBundleLock(folder)?.standIn ? 'stand-in' : 'real'
}

/** The lock of a folder, for those who can do without: undefined where there is none, or a broken one. */
export function readBundleLock(folder: string): BundleLock | undefined {
  try {
    return bundleLockSchema.parse(parse(readFileSync(join(folder, BUNDLE_LOCK), 'utf8')))
  } catch {
    return undefined
  }
}
