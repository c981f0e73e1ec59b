import { ConvecthubError, type Origin } from '../errors.ts'
import type { AnsibleConfig } from '../inventory/ansible-config.ts'
import type { ConnectionSettings } from '../inventory/vars/connection-settings.ts'
import type { Secret } from '../secret.ts'
import { mergeSshOptions, type SshOptions } from '../ssh-config/ssh-options.ts'
import { sshOptions } from '../ssh-config/ssh-words.ts'
import type { Target } from '../transport/target.ts'
import type { CommonOptions } from './common-options.ts'
import { type AskSsh, targetFrom } from './target-from.ts'

/** `anyUser`: the verb does not need root on the machines. */
export type TargetOptions = Pick<CommonOptions, 'acceptNewHostKeys' | 'timeout'> & { anyUser?: boolean }

/** What was typed in for all hosts that have none of their own. */
export interface Passwords {
  login?: Secret | undefined
  become?: Secret | undefined
}

/**
 * How a host is reached, as Ansible calls ssh: ssh_args first, then the inventory's variables, ansible.cfg, the other
 * ssh arguments, and behind all of them ssh's own configuration, which `askSsh` knows. Errors: BECOME, SSH_OPTION,
 * SSH_CONFIG.
 */
export function makeTarget(
  host: string,
  settings: ConnectionSettings,
  { login, become }: Passwords,
  options: TargetOptions,
  config: AnsibleConfig | undefined,
  askSsh: AskSsh,
): Target {
  checkBecome(settings, config, options.anyUser ?? false)
  const given = [
    argumentsFor(host, settings, config, 'sshArgs'),
    own(settings, config, options),
    argumentsFor(host, settings, config, 'commonArgs'),
    argumentsFor(host, settings, config, 'extraArgs'),
  ].reduce(mergeSshOptions)
  return targetFrom(
    host,
    options.acceptNewHostKeys ? { ...given, hostKeyChecking: 'accept-new' } : given,
    {
      address: settings.address,
      password: settings.password ?? login,
      becomePassword: settings.becomePassword ?? become,
      becomeUser: settings.becomeUser ?? config?.becomeUser ?? 'root',
      connection: settings.connection,
    },
    askSsh,
  )
}

/** What inventory, ansible.cfg and our own options say, in ssh's terms. */
function own(
  settings: ConnectionSettings,
  config: AnsibleConfig | undefined,
  options: TargetOptions,
): SshOptions {
  const user = settings.user ?? config?.remoteUser
  const keyFile = settings.keyFile ?? config?.privateKeyFile
  const checking = settings.hostKeyChecking ?? config?.hostKeyChecking
  const timeout = options.timeout ?? config?.timeout
  return {
    ...(settings.port !== undefined && { port: settings.port }),
    ...(user !== undefined && { user }),
    ...(keyFile !== undefined && { keyFiles: [keyFile] }),
    ...(checking === false && { hostKeyChecking: 'no' }),
    // 0 as well: nothing here waits for ever
    ...(timeout && { connectTimeoutMs: timeout * 1000 }),
  }
}

/** Where ansible.cfg holds what the inventory does not say. */
const CONFIG = {
  sshArgs: { field: 'sshArgs', key: 'ssh_args' },
  commonArgs: { field: 'sshCommonArgs', key: 'ssh_common_args' },
  extraArgs: { field: 'sshExtraArgs', key: 'ssh_extra_args' },
} as const

/** The ssh options of the inventory, or else of ansible.cfg; an error tells the line. */
function argumentsFor(
  host: string,
  settings: ConnectionSettings,
  config: AnsibleConfig | undefined,
  name: keyof typeof CONFIG,
): SshOptions {
  const { field, key } = CONFIG[name]
  const own = settings.origins[name]
  try {
    return sshOptions(host, (own ? settings[name] : config?.[field]) ?? [])
  } catch (error) {
    if (!(error instanceof ConvecthubError)) throw error
    const { host: _every, ...details } = error.details
    const origin = own ?? config?.origins[key]
    throw new ConvecthubError(error.code, error.message, {
      ...details,
      ...(origin && { origin }),
      hint: `take it out of ${own ? 'ansible_' : ''}${key}`,
    })
  }
}

/** Another way to become somebody is refused, never ignored, and where root is needed anybody else is. */
function checkBecome(
  settings: ConnectionSettings,
  config: AnsibleConfig | undefined,
  anyUser: boolean,
): void {
  const { becomeMethod, becomeUser, origins } = settings
  refuseBecome(
    becomeMethod ?? config?.becomeMethod ?? 'sudo',
    'sudo',
    becomeMethod ? origins.becomeMethod : config?.origins.become_method,
    'becomes another user by sudo only',
  )
  if (anyUser) return
  refuseBecome(
    becomeUser ?? config?.becomeUser ?? 'root',
    'root',
    becomeUser ? origins.becomeUser : config?.origins.become_user,
    'must be root on the machines',
  )
}

function refuseBecome(value: string, wanted: string, origin: Origin | undefined, what: string): void {
  if (value === wanted) return
  throw new ConvecthubError('BECOME', `convecthub ${what}, not ${value}`, {
    ...(origin && { origin }),
    hint: `write ${wanted}, or take it out`,
  })
}
