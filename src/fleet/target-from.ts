import { userInfo } from 'node:os'
import { ConvecthubError } from '../errors.ts'
import { allKnownHostsFiles, type SshOptions } from '../ssh-config/ssh-options.ts'
import { algorithms } from '../transport/algorithms.ts'
import type { Target } from '../transport/target.ts'

/** ssh's own default is to wait as long as the kernel does; Ansible's is this, ms. */
const CONNECT_MS = 10_000

/** ServerAliveInterval and ServerAliveCountMax where nobody says otherwise, for nothing may hang: ms, and a count. */
const ALIVE_MS = 10_000
const ALIVE_COUNT = 3

/** Hops of all jump hosts together; more is a circle. */
const MOST_HOPS = 10

/** What ssh's configuration says of a host when it is called with these options. */
export type AskSsh = (host: string, given: SshOptions) => SshOptions

/** What of a target is not ssh's to say. */
export type Own = Pick<Target, 'password' | 'becomePassword' | 'becomeUser' | 'connection'> & {
  /** What ssh is called with. */
  address: string
}

/**
 * A target as ssh(1) would reach it, with its jump hosts, each by ssh's configuration for it. Errors: SSH_OPTION,
 * SSH_CONFIG, both also for jump hosts that lead in a circle.
 */
export function targetFrom(host: string, given: SshOptions, own: Own, ask: AskSsh, hops = 0): Target {
  const { address: alias, ...rest } = own
  if (own.connection === 'local') return fill(host, alias, {}, rest, [])
  const options = ask(alias, given)
  const jumps: Target[] = []
  for (const spec of options.proxyJump ?? []) {
    if (hops + jumps.length >= MOST_HOPS)
      throw new ConvecthubError('SSH_CONFIG', `more than ${MOST_HOPS} jump hosts lead to ${alias}`, {
        host,
        hint: 'ProxyJump goes in a circle: write ProxyJump none for the jump host itself',
      })
    const { name, ...where } = parseJump(spec)
    const said = given.configFile === undefined ? where : { ...where, configFile: given.configFile }
    const nobody = {
      password: undefined,
      becomePassword: undefined,
      becomeUser: 'root',
      connection: 'ssh',
    } as const
    const jump = targetFrom(host, said, { address: name, ...nobody }, ask, hops + jumps.length + 1)
    jumps.push(jumps.length > 0 ? { ...jump, jumps: [...jumps], proxyCommand: undefined } : jump)
  }
  return fill(host, alias, options, rest, jumps)
}

function fill(
  host: string,
  alias: string,
  options: SshOptions,
  own: Omit<Own, 'address'>,
  jumps: readonly Target[],
): Target {
  const { proxyCommand, identityAgent = 'SSH_AUTH_SOCK', serverAliveIntervalMs } = options
  return {
    host,
    alias,
    address: options.hostName ?? alias,
    port: options.port ?? 22,
    user: options.user ?? userInfo().username,
    keyFiles: options.keyFiles ?? [],
    identitiesOnly: options.identitiesOnly ?? false,
    agent:
      identityAgent === 'SSH_AUTH_SOCK'
        ? process.env.SSH_AUTH_SOCK
        : identityAgent === 'none'
          ? undefined
          : identityAgent,
    algorithms: algorithms({
      Ciphers: options.ciphers,
      KexAlgorithms: options.kexAlgorithms,
      MACs: options.macs,
      HostKeyAlgorithms: options.hostKeyAlgorithms,
      CASignatureAlgorithms: options.caSignatureAlgorithms,
    }),
    methods: options.preferredAuthentications,
    ...own,
    jumps,
    proxyCommand: proxyCommand === 'none' ? undefined : proxyCommand,
    knownHostsFiles: allKnownHostsFiles(options),
    hostKeyAlias: options.hostKeyAlias,
    hostKeyChecking: options.hostKeyChecking ?? 'yes',
    connectTimeoutMs: options.connectTimeoutMs || CONNECT_MS,
    // 0 asks never; nothing here may hang, so that is not followed
    keepaliveMs: serverAliveIntervalMs || ALIVE_MS,
    keepaliveCount: options.serverAliveCountMax ?? ALIVE_COUNT,
  }
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`, the host in brackets where it holds colons. */
function parseJump(spec: string): { name: string; user?: string; port?: number } {
  const all = spec.replace(/^ssh:\/\//, '')
  const at = all.lastIndexOf('@')
  const [, bracketed, plain = '', port] =
    /^(?:\[([^\]]+)\]|([^:/@]+))(?::(\d+))?\/?$/.exec(all.slice(at + 1)) ?? []
  return {
    name: bracketed ?? plain,
    ...(at > 0 && { user: all.slice(0, at) }),
    ...(port !== undefined && { port: Number(port) }),
  }
}
