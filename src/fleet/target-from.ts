import { userInfo } from 'node:os'
import { ConvecthubError } from '../errors.ts'
import { parseJump } from '../ssh-config/ssh-jumps.ts'
import { allKnownHostsFiles, type SshOptions } from '../ssh-config/ssh-options.ts'
import { algorithms } from '../transport/algorithms.ts'
import type { Target } from '../transport/target.ts'

/** Connect timeout in ms, Ansible's default. ssh itself would wait for the kernel's timeout. */
const CONNECT_MS = 10_000

/** Defaults for ServerAliveInterval (in ms) and ServerAliveCountMax, so that a dead connection never hangs. */
const ALIVE_MS = 10_000
const ALIVE_COUNT = 3

/** Maximum number of jump hosts. More means that the configuration is circular. */
const MOST_HOPS = 10

/** Looks up the options for a host: the given ones, completed by ssh's configuration. */
export type AskSsh = (host: string, given: SshOptions) => SshOptions

/** The parts of a target that do not come from ssh options. */
export type Own = Pick<Target, 'password' | 'becomePassword' | 'becomeUser' | 'connection'> & {
  /** The host name that ssh gets as its argument. */
  address: string
}

/**
 * A target with its jump hosts, resolved as ssh(1) does: each jump host by its own entry in ssh's configuration.
 * Errors: SSH_OPTION, and SSH_CONFIG, also for circular jump hosts.
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
    const { name, ...userAndPort } = parseJump(spec) ?? { name: spec }
    const { configFile } = given
    const jumpOptions = configFile === undefined ? userAndPort : { ...userAndPort, configFile }
    const noPasswords = {
      password: undefined,
      becomePassword: undefined,
      becomeUser: 'root',
      connection: 'ssh',
    } as const
    const jumpOwn = { address: name, ...noPasswords }
    const jump = targetFrom(host, jumpOptions, jumpOwn, ask, hops + jumps.length + 1)
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
    // 0 would turn keepalives off, and a dead connection would hang
    keepaliveMs: serverAliveIntervalMs || ALIVE_MS,
    keepaliveCount: options.serverAliveCountMax ?? ALIVE_COUNT,
  }
}
