/** StrictHostKeyChecking: an unknown host key is refused (`yes`), saved (`accept-new`) or not checked (`no`). */
export type HostKeyChecking = 'yes' | 'accept-new' | 'no'

/**
 * Options of ssh(1) from its command line or configuration files. An absent option is not set. Values are as written
 * until sshConfigOptions() expands tokens, `~` and variables.
 */
export interface SshOptions {
  /** The machine to connect to, instead of the host passed to ssh. */
  hostName?: string
  user?: string
  port?: number
  /** All IdentityFile values in order. Empty for `none`, which also disables ssh's default keys. */
  keyFiles?: readonly string[]
  /** True to use only keyFiles and no other keys of the agent. */
  identitiesOnly?: boolean
  /** `none`, `SSH_AUTH_SOCK` (the socket in that variable) or the path of a socket. */
  identityAgent?: string
  /** The hops in order, each `[user@]host[:port]` or `ssh://…`. Empty for `none`, and if there is a proxyCommand. */
  proxyJump?: readonly string[]
  /** `none`, or a command. Whoever runs it expands its tokens (%h %p %r %n %%). */
  proxyCommand?: string
  /** UserKnownHostsFile; empty for `none`. */
  knownHostsFiles?: readonly string[]
  /** GlobalKnownHostsFile, read after knownHostsFiles; empty for `none`. */
  globalKnownHostsFiles?: readonly string[]
  /** The name to look up in known_hosts. */
  hostKeyAlias?: string
  hostKeyChecking?: HostKeyChecking
  connectTimeoutMs?: number
  /** 0 for no keep-alive messages. */
  serverAliveIntervalMs?: number
  serverAliveCountMax?: number
  /** The names of authentication methods, in order. */
  preferredAuthentications?: readonly string[]
  passwordAuthentication?: boolean
  kbdInteractiveAuthentication?: boolean
  pubkeyAuthentication?: boolean
  /** `-F`: the only configuration file to read; `none` for no file. */
  configFile?: string
  /** A list of algorithms in OpenSSH's format, with an optional leading `+`, `-` or `^`. */
  ciphers?: string
  kexAlgorithms?: string
  macs?: string
  hostKeyAlgorithms?: string
  caSignatureAlgorithms?: string
  /** IgnoreUnknown: patterns of unknown keywords to ignore, in lower case. */
  ignoreUnknown?: readonly string[]
  /** Unsupported keywords that were set to their default. The first value wins, so later lines cannot change them. */
  settled?: readonly string[]
}

/**
 * Merges options; those of `first` win, but key files of both are kept. As in ssh, ProxyJump and ProxyCommand exclude
 * each other, except that a ProxyCommand may follow `ProxyJump none`.
 */
export function mergeSshOptions(first: SshOptions, then: SshOptions): SshOptions {
  const { proxyJump, proxyCommand, ...others } = then
  const jumps = first.proxyJump !== undefined && first.proxyJump.length > 0
  return {
    ...(proxyJump !== undefined && first.proxyCommand === undefined && { proxyJump }),
    ...(proxyCommand !== undefined && !jumps && { proxyCommand }),
    ...others,
    ...first,
    ...union('keyFiles', first, then),
    ...union('settled', first, then),
  }
}

/** All known_hosts files that ssh reads, the user's first. New keys are written to the first one. */
export function allKnownHostsFiles(options: SshOptions): readonly string[] {
  return [
    ...(options.knownHostsFiles ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    ...(options.globalKnownHostsFiles ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
  ]
}

function union(field: 'keyFiles' | 'settled', first: SshOptions, then: SshOptions): SshOptions {
  if (!first[field] || !then[field]) return {}
  return { [field]: [...new Set([...first[field], ...then[field]])] }
}
