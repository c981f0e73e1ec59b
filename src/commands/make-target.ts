import { userInfo } from 'node:os'
import type { ConnectionSettings } from '../inventory/connection-settings.ts'
import type { Secret } from '../secret.ts'
import { sshOptions, type Target } from '../transport/target.ts'
import type { CommonOptions } from './common-options.ts'

/** ssh's own default is to wait as long as the kernel does; Ansible's is this, s. */
const CONNECT_TIMEOUT_S = 10

/** How a host is reached: the inventory's variables first, then options in its ssh arguments, then ssh's defaults. */
export function makeTarget(
  host: string,
  settings: ConnectionSettings,
  password: Secret | undefined,
  options: CommonOptions,
): Target {
  const ssh = sshOptions(host, [...settings.commonArgs, ...settings.extraArgs])
  return {
    host,
    address: settings.address,
    port: settings.port ?? ssh.port ?? 22,
    user: settings.user ?? ssh.user ?? userInfo().username,
    keyFile: settings.keyFile ?? ssh.keyFile,
    password: settings.password,
    becomePassword: settings.becomePassword ?? password,
    connection: settings.connection,
    knownHostsFiles: ssh.knownHostsFiles ?? [
      '~/.ssh/known_hosts',
      '~/.ssh/known_hosts2',
      '/etc/ssh/ssh_known_hosts',
    ],
    hostKeyChecking: options.acceptNewHostKeys ? 'accept-new' : (ssh.hostKeyChecking ?? 'yes'),
    connectTimeoutMs: options.timeout
      ? options.timeout * 1000
      : (ssh.connectTimeoutMs ?? CONNECT_TIMEOUT_S * 1000),
  }
}
