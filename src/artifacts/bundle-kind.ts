import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { BUNDLE_LOCK, bundleLockSchema } from './bundle-lock.ts'

/** What a folder holds by its lock alone: no bundle, the lab's imitation, or a real one. */
export function bundleKind(folder: string): 'none' | 'stand-in' | 'real' {
  const path = join(folder, BUNDLE_LOCK)
  if (!existsSync(path)) return 'none'
  const lock = bundleLockSchema.safeParse(parse(readFileSync(path, 'utf8')))
  return lock.success && lock.data.standIn ? 'stand-in' : 'real'
}
