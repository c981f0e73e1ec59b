/** StrictHostKeyChecking: an unknown key is refused, taken and kept, or not looked at. */
export type HostKeyChecking = 'yes' | 'accept-new' | 'no'

/**
 * What ssh(1) is told, by its command line or by its configuration files. What is absent was not said; values are
 * as written until sshConfigOptions() puts tokens, `~` and variables in place.
 */
export interface SshOptions {
  /** The machine to go to, in place of the name that ssh was called with. */
  hostName?: string
  user?: string
  port?: number
  /** All that were said, in their order; empty for `none`: not even those that ssh tries by itself. */
  keyFiles?: readonly string[]
  /** Only keyFiles are tried, with nothing of the agent beside them. */
  identitiesOnly?: boolean
  /** `none`, `SSH_AUTH_SOCK` (the socket of that variable), or a path. */
  identityAgent?: string
  /** First hop first, each `[user@]host[:port]` or `ssh://…`; empty for `none`. Beside a proxyCommand only that. */
  proxyJump?: readonly string[]
  /** `none`, or a command whose tokens (%h %p %r %n %%) are left for the one who runs it. */
  proxyCommand?: string
  /** UserKnownHostsFile; empty for `none`. */
  knownHostsFiles?: readonly string[]
  /** GlobalKnownHostsFile, read after those of the user; empty for `none`. */
  globalKnownHostsFiles?: readonly string[]
  /** The name to look for in known_hosts. */
  hostKeyAlias?: string
  hostKeyChecking?: HostKeyChecking
  connectTimeoutMs?: number
  /** 0: never asked. */
  serverAliveIntervalMs?: number
  serverAliveCountMax?: number
  /** Names of the methods, in their order. */
  preferredAuthentications?: readonly string[]
  passwordAuthentication?: boolean
  kbdInteractiveAuthentication?: boolean
  pubkeyAuthentication?: boolean
  /** `-F`: the configuration file in place of both usual ones; `none` for no file. */
  configFile?: string
  /** As OpenSSH writes lists of algorithms, with its `+`, `-` or `^` in front. */
  ciphers?: string
  kexAlgorithms?: string
  macs?: string
  hostKeyAlgorithms?: string
  caSignatureAlgorithms?: string
  /** Patterns of keywords that ssh may not know, in lower case. */
  ignoreUnknown?: readonly string[]
  /** Keywords that we do not follow, and that were said to stay as they are by default. */
  settled?: readonly string[]
}

/**
 * Both together, where what was said first wins. Key files are all kept; ProxyJump and ProxyCommand shut each other
 * out, except that a ProxyCommand may follow `ProxyJump none`, as in ssh.
 */
export function mergeSshOptions(first: SshOptions, then: SshOptions): SshOptions {
  const { proxyJump, proxyCommand, ...others } = then
  const jumps = first.proxyJump !== undefined && first.proxyJump.length > 0
  return {
    ...(proxyJump !== undefined && first.proxyCommand === undefined && { proxyJump }),
    ...(proxyCommand !== undefined && !jumps && { proxyCommand }),
    ...others,
    ...first,
    ...both('keyFiles', first, then),
    ...both('settled', first, then),
  }
}

/** Every known_hosts file that ssh reads, those of the user first; the first one is where new keys are written. */
export function allKnownHostsFiles(options: SshOptions): readonly string[] {
  return [
    ...(options.knownHostsFiles ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    ...(options.globalKnownHostsFiles ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
  ]
}

function both(field: 'keyFiles' | 'settled', first: SshOptions, then: SshOptions): SshOptions {
  if (!first[field] || !then[field]) return {}
  return { [field]: [...new Set([...first[field], ...then[field]])] }
}
