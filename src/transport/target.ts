import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Secret } from '../secret.ts'
import type { Algorithms } from './algorithms.ts'

/** Everything needed to get a root shell on a host. Paths may start with `~`. */
export interface Target {
  host: string
  /** The name that a user would give to ssh, under which its configuration is looked up. */
  alias: string
  address: string
  port: number
  user: string
  /** Configured private keys, in order. Empty: use those of the agent and ssh's default files. */
  keyFiles: readonly string[]
  /** Use only those of the agent's keys that are in keyFiles. */
  identitiesOnly: boolean
  /** Socket of an SSH agent. */
  agent: string | undefined
  /** Allowed login methods, by their names in RFC 4252. Undefined: all. */
  methods: readonly string[] | undefined
  password: Secret | undefined
  becomePassword: Secret | undefined
  /** The user that sudo switches to; default: `root`. */
  becomeUser: string
  algorithms: Algorithms
  /** `local`: the machine that convecthub itself runs on. */
  connection: 'ssh' | 'local'
  /** Jump hosts, first hop first. Empty: a direct connection. */
  jumps: readonly Target[]
  /** A command whose stdin and stdout lead to the host, with %h, %p, %r, %n and %% as in ssh_config(5). */
  proxyCommand: string | undefined
  /** known_hosts files. New keys are written to the first one. */
  knownHostsFiles: readonly string[]
  /** The name to look up in known_hosts instead of address and port. */
  hostKeyAlias: string | undefined
  /** ssh's StrictHostKeyChecking. `yes` refuses unknown keys, `accept-new` saves them, `no` accepts any key. */
  hostKeyChecking: 'yes' | 'accept-new' | 'no'
  /** Deadline for connection and key exchange, ms. The login after it may take three times as long. */
  connectTimeoutMs: number
  /** Interval between keepalives to a silent host, ms. */
  keepaliveMs: number
  /** How many unanswered keepalives end the link. */
  keepaliveCount: number
}

/** Replaces a leading `~` by the home folder. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}

/** Address and port, as a user would write them. */
export function place({ address, port }: Pick<Target, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** User and address, with the port where it is not ssh's own. */
export function account({ user, address, port }: Target): string {
  return `${user}@${port === 22 ? address : place({ address, port })}`
}
