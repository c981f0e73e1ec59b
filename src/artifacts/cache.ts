import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from './private-folder.ts'

/** convecthub's cache folder on this machine, as in the XDG Base Directory Specification. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'convecthub')
}

/**
 * The entries of a JSON file in the cache. None when it cannot be read, or when others could have written it: a forged
 * digest would make a changed file pass its check.
 */
export function readCache(name: string): Readonly<Record<string, unknown>> {
  try {
    if (!privateFolder(cacheFolder())) return {}
    const cached: unknown = JSON.parse(readFileSync(join(cacheFolder(), name), 'utf8'))
    return typeof cached === 'object' && cached !== null ? { ...cached } : {}
  } catch {
    return {}
  }
}

/** Adds entries to a JSON file in the cache. Does nothing where that fails: the next run only knows less. */
export function addToCache(name: string, entries: Readonly<Record<string, unknown>>): void {
  const file = join(cacheFolder(), name)
  try {
    if (!privateFolder(cacheFolder())) return
    const part = `${file}.${process.pid}`
    writeFileSync(part, JSON.stringify({ ...readCache(name), ...entries }), { mode: 0o600 })
    renameSync(part, file)
  } catch {
    // the cache is a convenience
  }
}
