import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this machine keeps what can be made anew, by the XDG Base Directory Specification. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'convecthub')
}
