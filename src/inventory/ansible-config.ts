import { dirname, join, resolve } from 'node:path'
import { parse } from 'ini'
import type { ConvecthubError } from '../errors.ts'
import type { Files } from './files.ts'
import { collect, problem, throwAll } from './problems.ts'
import { decodeText } from './source-lines.ts'

/** The settings of an ansible.cfg that convecthub follows; what is not set is undefined. */
export interface AnsibleConfig {
  /** The file they are from. */
  file: string
  /** Absolute paths, or host lists. */
  inventory: string[] | undefined
  remoteUser: string | undefined
  privateKeyFile: string | undefined
  forks: number | undefined
  /** Seconds to connect. */
  timeout: number | undefined
  hostKeyChecking: boolean | undefined
  vaultPasswordFile: string | undefined
  sshArgs: string | undefined
  sshCommonArgs: string | undefined
  sshExtraArgs: string | undefined
  become: boolean | undefined
  becomeUser: string | undefined
  becomeMethod: string | undefined
}

/** Where an ansible.cfg is looked for. */
export interface ConfigPlaces {
  cwd: string
  home: string
  env: Readonly<Record<string, string | undefined>>
  files: Files
}

/**
 * Finds and reads ansible.cfg as Ansible does: ANSIBLE_CONFIG, ./ansible.cfg, ~/.ansible.cfg, /etc/ansible/ansible.cfg,
 * the first that exists; undefined when there is none.
 * @throws inventory-ansible-config for a value of the wrong kind.
 */
export function ansibleConfig(places: ConfigPlaces): AnsibleConfig | undefined {
  const file = findConfig(places)
  const bytes = file === undefined ? undefined : places.files.read(file)
  if (file === undefined || bytes === undefined) return undefined
  const text = decodeText(bytes, file)
  const sections: Record<string, unknown> = parse(text)
  const problems: ConvecthubError[] = []
  const read = (section: string, key: string): string | undefined => {
    const values = sections[section]
    const value =
      typeof values === 'object' && values !== null ? (values as Record<string, unknown>)[key] : undefined
    return value === undefined || value === null || typeof value === 'object' || value === ''
      ? undefined
      : String(value)
  }
  const typed = <T>(
    section: string,
    key: string,
    convert: (value: string) => T | undefined,
    kind: string,
  ): T | undefined => {
    const value = read(section, key)
    if (value === undefined) return undefined
    const line = text.split('\n').findIndex((each) => new RegExp(`^\\s*${key}\\s*[=:]`).test(each)) + 1
    return collect(problems, () => {
      const converted = convert(value)
      if (converted !== undefined) return converted
      throw problem('ansible-config', `${key} is '${value}', not ${kind}`, {
        origin: { file, line },
        line: text.split('\n')[line - 1],
      })
    })
  }
  const path = (value: string) =>
    value.startsWith('~/') ? join(places.home, value.slice(2)) : resolve(dirname(file), value)
  const filePath = (key: string) => typed('defaults', key, path, 'a path')
  const config: AnsibleConfig = {
    file,
    inventory: inventoryOf(read('defaults', 'inventory'), path),
    remoteUser: read('defaults', 'remote_user'),
    privateKeyFile: filePath('private_key_file'),
    forks: typed('defaults', 'forks', integer, 'a whole number'),
    timeout: typed('defaults', 'timeout', integer, 'a whole number'),
    hostKeyChecking: typed('defaults', 'host_key_checking', boolean, 'yes or no'),
    vaultPasswordFile: filePath('vault_password_file'),
    sshArgs: read('ssh_connection', 'ssh_args'),
    sshCommonArgs: read('ssh_connection', 'ssh_common_args'),
    sshExtraArgs: read('ssh_connection', 'ssh_extra_args'),
    become: typed('privilege_escalation', 'become', boolean, 'yes or no'),
    becomeUser: read('privilege_escalation', 'become_user'),
    becomeMethod: read('privilege_escalation', 'become_method'),
  }
  throwAll(problems)
  return config
}

function findConfig({ cwd, home, env, files }: ConfigPlaces): string | undefined {
  const named = env.ANSIBLE_CONFIG
  const candidates: string[] = []
  if (named !== undefined && named !== '') {
    const path = resolve(cwd, named.startsWith('~/') ? join(home, named.slice(2)) : named)
    candidates.push(files.kind(path) === 'directory' ? join(path, 'ansible.cfg') : path)
  }
  // As in Ansible: in a folder that everyone may write to, anyone could have put the file there.
  if (files.worldWritable?.(cwd) !== true) candidates.push(join(cwd, 'ansible.cfg'))
  candidates.push(join(home, '.ansible.cfg'), '/etc/ansible/ansible.cfg')
  return candidates.find((path) => files.kind(path) === 'file')
}

function inventoryOf(value: string | undefined, path: (value: string) => string): string[] | undefined {
  return value
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(path)
}

function integer(value: string): number | undefined {
  return /^[0-9]+$/.test(value) ? Number(value) : undefined
}

function boolean(value: string): boolean | undefined {
  if (/^(?:y|yes|on|1|true|t)$/i.test(value)) return true
  return /^(?:n|no|off|0|false|f)$/i.test(value) ? false : undefined
}
