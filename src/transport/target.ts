import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Secret } from '../secret.ts'

/** All that is needed to get a root shell on one host. Paths may begin with `~`. */
export interface Target {
  host: string
  address: string
  port: number
  user: string
  keyFile: string | undefined
  password: Secret | undefined
  becomePassword: Secret | undefined
  /** `ssh`, or `local` for a machine that convecthub itself runs on. */
  connection: 'ssh' | 'local'
  /** Files with known host keys, the first one is where new ones are written. */
  knownHostsFiles: readonly string[]
  /** As ssh's StrictHostKeyChecking: an unknown key is refused, taken and kept, or not looked at. */
  hostKeyChecking: 'yes' | 'accept-new' | 'no'
  connectTimeoutMs: number
}

/** `~/x` with the home folder in place. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
