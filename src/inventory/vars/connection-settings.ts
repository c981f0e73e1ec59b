import type { ConvecthubError, Origin } from '../../errors.ts'
import { shortened } from '../../printable.ts'
import { Secret } from '../../secret.ts'
import type { Host, Setting } from '../inventory.ts'
import { collect, problem, throwAll } from '../problems.ts'
import { shellWords } from '../python/shell-words.ts'
import { resolveText } from './resolve-text.ts'

/** The variables of each setting. The first one that is set wins, even over `-e` for a later one (rules.md §9). */
const NAMES = {
  address: ['ansible_ssh_host', 'ansible_host'],
  port: ['ansible_ssh_port', 'ansible_port'],
  user: ['ansible_ssh_user', 'ansible_user'],
  keyFile: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  password: ['ansible_ssh_password', 'ansible_ssh_pass', 'ansible_password'],
  becomePassword: ['ansible_sudo_pass', 'ansible_become_pass', 'ansible_become_password'],
  becomeUser: ['ansible_sudo_user', 'ansible_become_user'],
  becomeMethod: ['ansible_become_method'],
  hostKeyChecking: ['ansible_ssh_host_key_checking', 'ansible_host_key_checking'],
  sshArgs: ['ansible_ssh_args'],
  commonArgs: ['ansible_ssh_common_args'],
  extraArgs: ['ansible_ssh_extra_args'],
  connection: ['ansible_connection'],
} as const
type Field = keyof typeof NAMES

// Ansible's names for connections over SSH.
const SSH = ['ssh', 'smart', 'paramiko', 'paramiko_ssh']

/** How to connect to a host. Settings that are absent or empty in the inventory are undefined. */
export interface ConnectionSettings {
  address: string
  port: number | undefined
  user: string | undefined
  /** As written; a leading `~` is not expanded yet. */
  keyFile: string | undefined
  password: Secret | undefined
  becomePassword: Secret | undefined
  becomeUser: string | undefined
  becomeMethod: string | undefined
  hostKeyChecking: boolean | undefined
  /** Arguments for ssh, split as a shell would. ssh gets `sshArgs` first, then `commonArgs` and `extraArgs`. */
  sshArgs: string[] | undefined
  commonArgs: string[]
  extraArgs: string[]
  connection: 'ssh' | 'local'
  /** Where each setting was written. */
  origins: Partial<Record<Field, Origin>>
}

/** All variable names that `connectionSettings` reads. */
export const CONNECTION_VARIABLES: readonly string[] = Object.values(NAMES).flat()

/**
 * Reads the connection variables of a host.
 * @throws all errors of the host at once: INVENTORY_PORT, INVENTORY_ADDRESS (empty, or with a port), INVENTORY_SSH_ARGS (open quote, no value),
 * INVENTORY_CONNECTION (neither ssh nor local), INVENTORY_HOST_KEY_CHECKING (neither yes nor no), and those of
 * resolveText().
 */
export function connectionSettings(host: Host): ConnectionSettings {
  const problems: ConvecthubError[] = []
  const origins: Partial<Record<Field, Origin>> = {}
  const read = <T>(
    field: Field,
    convert: (text: string, setting: Setting, name: string) => T,
  ): T | undefined => {
    const name = NAMES[field].find((each) => (host.vars.get(each)?.value ?? null) !== null)
    const setting = name === undefined ? undefined : host.vars.get(name)
    if (name === undefined || setting === undefined) return undefined
    origins[field] = setting.origin
    // Errors must not quote a password.
    const guarded: Setting = /password/i.test(field) ? { ...setting, secret: true } : setting
    return collect(problems, () => convert(resolveText(host, guarded), setting, name))
  }
  const text = (field: Field) => read(field, (value) => value || undefined)
  const secret = (field: Field) => read(field, (value) => (value === '' ? undefined : new Secret(value)))
  const settings: ConnectionSettings = {
    address: read('address', addressOf) ?? host.name,
    port: read('port', portOf),
    user: text('user'),
    keyFile: text('keyFile'),
    password: secret('password'),
    becomePassword: secret('becomePassword'),
    becomeUser: text('becomeUser'),
    becomeMethod: text('becomeMethod'),
    hostKeyChecking: read('hostKeyChecking', flagOf),
    sshArgs: read('sshArgs', argumentsOf),
    commonArgs: read('commonArgs', argumentsOf) ?? [],
    extraArgs: read('extraArgs', argumentsOf) ?? [],
    connection: read('connection', connectionOf) ?? 'ssh',
    origins,
  }
  throwAll(problems)
  return settings
}

function addressOf(text: string, { origin }: Setting, name: string): string {
  // Brackets around an IPv6 address only separate it from a port.
  if (/^\[[^\]]+\]$/.test(text) && text.includes(':')) return text.slice(1, -1)
  const [, host, port] = /^([^:]+|\[.+\]):(\d+)$/.exec(text) ?? []
  if (port !== undefined)
    throw problem('INVENTORY_ADDRESS', `${name} takes no port`, {
      origin,
      hint: `write ${name}=${host} ansible_port=${port}`,
    })
  if (text !== '') return text
  throw problem('INVENTORY_ADDRESS', `${name} is empty`, {
    origin,
    hint: 'give the address, or leave the variable out',
  })
}

function portOf(text: string, { origin }: Setting, name: string): number {
  const port = /^\s*\+?[0-9]+\s*$/.test(text) ? Number(text) : Number.NaN
  if (port >= 1 && port <= 65_535) return port
  throw problem('INVENTORY_PORT', `${name} is '${shortened(text)}', not a port`, {
    origin,
    hint: 'a port is a whole number in 1-65535',
  })
}

function flagOf(text: string, { origin }: Setting, name: string): boolean | undefined {
  if (text === '') return undefined
  if (/^(?:y|yes|on|1|true|t|1\.0)$/i.test(text)) return true
  if (/^(?:n|no|off|0|false|f|0\.0)$/i.test(text)) return false
  throw problem('INVENTORY_HOST_KEY_CHECKING', `${name} is '${shortened(text)}'`, {
    origin,
    hint: 'write yes or no',
  })
}

function argumentsOf(text: string, { origin }: Setting, name: string): string[] {
  const split = shellWords(text, { comments: false })
  if ('words' in split) {
    const words = split.words.map((word) => word.text.trim()).filter((word) => word !== '')
    if (!/^-[oJpliFEbcDeILmQRSwW]$/.test(words.at(-1) ?? '')) return words
    throw problem('INVENTORY_SSH_ARGS', `${words.at(-1)} has no value: a line is split at its blanks`, {
      origin,
      line: text,
      hint: `put quotes around all of it: ${name}='-o ProxyJump=bastion'`,
    })
  }
  throw problem('INVENTORY_SSH_ARGS', `${name} has a quote or a \\ without its end`, { origin, line: text })
}

function connectionOf(text: string, { origin }: Setting, name: string): 'ssh' | 'local' | undefined {
  if (text === '') return undefined
  if (text === 'local') return 'local'
  if (SSH.includes(text)) return 'ssh'
  throw problem('INVENTORY_CONNECTION', `${name} is '${shortened(text)}'`, {
    origin,
    hint: 'convecthub connects with ssh or local',
  })
}
