import { userInfo } from 'node:os'
import { ConvecthubError } from '../errors.ts'
import type { AnsibleConfig } from '../inventory/ansible-config.ts'
import type { ConnectionSettings } from '../inventory/connection-settings.ts'
import type { Secret } from '../secret.ts'
import { type SshOptions, sshOptions } from '../transport/ssh-options.ts'
import type { Target } from '../transport/target.ts'
import type { CommonOptions } from './common-options.ts'

/** ssh's own default is to wait as long as the kernel does; Ansible's is this, s. */
const CONNECT_TIMEOUT_S = 10

type Options = Pick<CommonOptions, 'acceptNewHostKeys' | 'timeout'>

/**
 * How a host is reached, with Ansible's winners: its ssh_args come first on ssh's command line, then the inventory's
 * variables, ansible.cfg, the other ssh arguments, and ssh's defaults. Errors: BECOME, SSH_OPTION.
 */
export function makeTarget(
  host: string,
  settings: ConnectionSettings,
  password: Secret | undefined,
  options: Options,
  config?: AnsibleConfig,
): Target {
  mustBecomeRoot(settings, config)
  const before = argumentsFor(host, settings, config, 'sshArgs')
  const after = {
    ...argumentsFor(host, settings, config, 'extraArgs'),
    ...argumentsFor(host, settings, config, 'commonArgs'),
  }
  const checking = settings.hostKeyChecking ?? config?.hostKeyChecking
  return {
    host,
    address: settings.address,
    port: before.port ?? settings.port ?? after.port ?? 22,
    user: before.user ?? settings.user ?? config?.remoteUser ?? after.user ?? userInfo().username,
    keyFile: before.keyFiles?.[0] ?? settings.keyFile ?? config?.privateKeyFile ?? after.keyFiles?.[0],
    password: settings.password,
    becomePassword: settings.becomePassword ?? password,
    connection: settings.connection,
    knownHostsFiles: before.knownHostsFiles ??
      after.knownHostsFiles ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts'],
    hostKeyChecking: options.acceptNewHostKeys
      ? 'accept-new'
      : (before.hostKeyChecking ?? (checking === false ? 'no' : undefined) ?? after.hostKeyChecking ?? 'yes'),
    connectTimeoutMs:
      milliseconds(options.timeout) ??
      before.connectTimeoutMs ??
      milliseconds(config?.timeout) ??
      after.connectTimeoutMs ??
      CONNECT_TIMEOUT_S * 1000,
  }
}

/** Where ansible.cfg holds what the inventory does not say. */
const CONFIG = {
  sshArgs: { field: 'sshArgs', key: 'ssh_args' },
  commonArgs: { field: 'sshCommonArgs', key: 'ssh_common_args' },
  extraArgs: { field: 'sshExtraArgs', key: 'ssh_extra_args' },
} as const

/** Options that a Target has a place for, or that change nothing for it; the others are refused until it has. */
const FOLLOWED: ReadonlySet<string> = new Set<keyof SshOptions>([
  ...(['knownHostsFiles', 'hostKeyChecking', 'connectTimeoutMs', 'user', 'port', 'keyFiles'] as const),
  ...([
    'serverAliveIntervalMs',
    'serverAliveCountMax',
    'identitiesOnly',
    'settled',
    'ignoreUnknown',
  ] as const),
])

/** The ssh options of the inventory, or else of ansible.cfg; an error tells the line. */
function argumentsFor(
  host: string,
  settings: ConnectionSettings,
  config: AnsibleConfig | undefined,
  name: keyof typeof CONFIG,
) {
  const { field, key } = CONFIG[name]
  const own = settings.origins[name]
  try {
    const options = sshOptions(host, (own ? settings[name] : config?.[field]) ?? [])
    const odd = Object.keys(options).find((option) => !FOLLOWED.has(option))
    if (odd !== undefined)
      throw new ConvecthubError('SSH_OPTION', 'inventory', `the ssh option ${odd} is not supported`, { host })
    return options
  } catch (error) {
    if (!(error instanceof ConvecthubError)) throw error
    const { host: _every, ...details } = error.details
    const origin = own ?? config?.origins[key]
    throw new ConvecthubError(error.code, error.exit, error.message, {
      ...details,
      ...(origin && { origin }),
      hint: `take it out of ${own ? 'ansible_' : ''}${key}`,
    })
  }
}

/** convecthub works as root, by sudo: anything else that is asked for is refused, never ignored. */
function mustBecomeRoot({ becomeMethod, becomeUser, origins }: ConnectionSettings, config?: AnsibleConfig) {
  const settings = [
    {
      value: becomeMethod ?? config?.becomeMethod,
      wanted: 'sudo',
      origin: becomeMethod ? origins.becomeMethod : config?.origins.become_method,
      what: 'becomes root by sudo only',
    },
    {
      value: becomeUser ?? config?.becomeUser,
      wanted: 'root',
      origin: becomeUser ? origins.becomeUser : config?.origins.become_user,
      what: 'must be root on the machines',
    },
  ]
  for (const { value, wanted, origin, what } of settings) {
    if (value === undefined || value === wanted) continue
    throw new ConvecthubError('BECOME', 'inventory', `convecthub ${what}, not ${value}`, {
      ...(origin && { origin }),
      hint: `write ${wanted}, or take it out`,
    })
  }
}

/** Undefined for 0 as well: nothing here waits for ever. */
function milliseconds(seconds: number | undefined): number | undefined {
  return seconds ? seconds * 1000 : undefined
}
