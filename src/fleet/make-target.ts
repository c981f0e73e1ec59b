import { ConvecthubError, type Origin } from '../errors.ts'
import type { AnsibleConfig } from '../inventory/ansible-config.ts'
import type { ConnectionSettings } from '../inventory/vars/connection-settings.ts'
import type { Secret } from '../secret.ts'
import { mergeSshOptions, type SshOptions } from '../ssh-config/ssh-options.ts'
import { sshOptions } from '../ssh-config/ssh-words.ts'
import { expandHome, type Target } from '../transport/target.ts'
import type { CommonOptions } from './common-options.ts'
import { type AskSsh, targetFrom } from './target-from.ts'

/** `anyUser`: the verb does not need root on the hosts. */
export type TargetOptions = Pick<CommonOptions, 'acceptNewHostKeys' | 'timeout'> & { anyUser?: boolean }

/** Passwords that the user typed. They apply to hosts without a password in the inventory. */
export interface Passwords {
  login?: Secret | undefined
  become?: Secret | undefined
}

/**
 * How to reach a host, with the precedence of Ansible's ssh calls: ssh_args, then inventory variables and ansible.cfg,
 * then the other ssh arguments, then ssh's own configuration (`askSsh`). Errors: BECOME, SSH_OPTION, SSH_CONFIG.
 */
export function makeTarget(
  host: string,
  settings: ConnectionSettings,
  options: TargetOptions,
  config: AnsibleConfig | undefined,
  askSsh: AskSsh,
): Target {
  checkBecome(settings, config, options.anyUser ?? false)
  const given = [
    argumentsFor(host, settings, config, 'sshArgs'),
    settingOptions(settings, config, options),
    argumentsFor(host, settings, config, 'commonArgs'),
    argumentsFor(host, settings, config, 'extraArgs'),
  ].reduce(mergeSshOptions)
  return targetFrom(
    host,
    options.acceptNewHostKeys ? { ...given, hostKeyChecking: 'accept-new' } : given,
    {
      address: settings.address,
      password: settings.password,
      becomePassword: settings.becomePassword,
      becomeUser: settings.becomeUser ?? config?.becomeUser ?? 'root',
      connection: settings.connection,
    },
    askSsh,
  )
}

/** The target with the passwords that the user typed, unless the inventory has some. */
export function withPasswords(target: Target, { login, become }: Passwords): Target {
  return {
    ...target,
    password: target.password ?? login,
    becomePassword: target.becomePassword ?? become,
  }
}

/** Inventory variables, ansible.cfg and command-line options as ssh options. */
function settingOptions(
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
    // as Ansible does, by $HOME; ssh would take the home folder of the account
    ...(keyFile !== undefined && { keyFiles: [expandHome(keyFile)] }),
    ...(checking === false && { hostKeyChecking: 'no' }),
    // 0 would mean to wait for ever, so it counts as not set
    ...(timeout && { connectTimeoutMs: timeout * 1000 }),
  }
}

/** The settings of ansible.cfg that apply when the inventory has no such variable. */
const CONFIG = {
  sshArgs: { field: 'sshArgs', key: 'ssh_args' },
  commonArgs: { field: 'sshCommonArgs', key: 'ssh_common_args' },
  extraArgs: { field: 'sshExtraArgs', key: 'ssh_extra_args' },
} as const

/** The ssh options of the inventory, else of ansible.cfg. Errors name the line that has them. */
function argumentsFor(
  host: string,
  settings: ConnectionSettings,
  config: AnsibleConfig | undefined,
  name: keyof typeof CONFIG,
): SshOptions {
  const { field, key } = CONFIG[name]
  const inventoryOrigin = settings.origins[name]
  try {
    return sshOptions(host, (inventoryOrigin ? settings[name] : config?.[field]) ?? [])
  } catch (error) {
    if (!(error instanceof ConvecthubError)) throw error
    const { host: _every, ...details } = error.details
    const origin = inventoryOrigin ?? config?.origins[key]
    throw new ConvecthubError(error.code, error.message, {
      ...details,
      ...(origin && { origin }),
      hint: `take it out of ${inventoryOrigin ? 'ansible_' : ''}${key}`,
    })
  }
}

/** Refuses a become method other than sudo and, unless `anyUser`, a become user other than root. */
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
