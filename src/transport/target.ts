import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Secret } from '../secret.ts'
import type { Algorithms } from './algorithms.ts'

/** All that is needed to get a root shell on one host. Paths may begin with `~`. */
export interface Target {
  host: string
  /** What ssh would be called with: its own configuration goes by it. */
  alias: string
  address: string
  port: number
  user: string
  /** Private keys that were asked for, in their order; none: the agent's, and those that ssh tries by itself. */
  keyFiles: readonly string[]
  /** True: of the agent's keys only those in keyFiles. */
  identitiesOnly: boolean
  /** Socket of an SSH agent. */
  agent: string | undefined
  /** Ways to log in that may be tried, by their names in RFC 4252; undefined: all. */
  methods: readonly string[] | undefined
  password: Secret | undefined
  becomePassword: Secret | undefined
  /** Whom sudo makes of the user: `root`, unless somebody else was asked for. */
  becomeUser: string
  algorithms: Algorithms
  /** `ssh`, or `local` for a machine that convecthub itself runs on. */
  connection: 'ssh' | 'local'
  /** The way there, first hop first; none: straight. */
  jumps: readonly Target[]
  /** A command whose stdin and stdout are the way there, with %h, %p, %r, %n and %% as in ssh_config(5). */
  proxyCommand: string | undefined
  /** Files with known host keys, the first one is where new ones are written. */
  knownHostsFiles: readonly string[]
  /** The name to look for in them instead of address and port. */
  hostKeyAlias: string | undefined
  /** As ssh's StrictHostKeyChecking: an unknown key is refused, taken and kept, or not looked at. */
  hostKeyChecking: 'yes' | 'accept-new' | 'no'
  /** For connection and key exchange, ms; the login behind it has three times as long. */
  connectTimeoutMs: number
  /** How often a silent host is asked whether it is there, ms, and how many unanswered questions end the link. */
  keepaliveMs: number
  keepaliveCount: number
}

/** `~/x` with the home folder in place. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
