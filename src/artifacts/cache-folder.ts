import { homedir } from 'node:os'
import { join } from 'node:path'

/** convecthub's cache folder on this machine, as in the XDG Base Directory Specification. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'convecthub')
}
