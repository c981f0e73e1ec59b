import { dirname, join, resolve } from 'node:path'
import { parse } from 'ini'
import type { ConvecthubError, Origin } from '../errors.ts'
import type { Files } from './files.ts'
import { collect, problem, throwAll } from './problems.ts'
import { shellWords } from './python/shell-words.ts'
import { decodeText } from './source-lines.ts'

/** The settings of an ansible.cfg that convecthub follows. A setting that the file does not have is undefined. */
export interface AnsibleConfig {
  /** Absolute paths. */
  inventory: string[] | undefined
  remoteUser: string | undefined
  privateKeyFile: string | undefined
  forks: number | undefined
  /** The limit for connecting, in seconds. */
  timeout: number | undefined
  hostKeyChecking: boolean | undefined
  /** force_valid_group_names: true accepts group names that are not valid variable names. */
  anyGroupName: boolean | undefined
  vaultPasswordFile: string | undefined
  askVaultPass: boolean | undefined
  /** Arguments for ssh, split as a shell would. */
  sshArgs: string[] | undefined
  sshCommonArgs: string[] | undefined
  sshExtraArgs: string[] | undefined
  becomeUser: string | undefined
  becomeMethod: string | undefined
  becomeAskPass: boolean | undefined
  /** Where each setting was written, by its name in the file. */
  origins: Partial<Record<string, Origin>>
}

/** What the search for ansible.cfg depends on. */
export interface ConfigPlaces {
  cwd: string
  home: string
  env: Readonly<Record<string, string | undefined>>
  files: Files
}

/**
 * Finds and reads ansible.cfg as Ansible does: the first that exists of $ANSIBLE_CONFIG, ./ansible.cfg,
 * ~/.ansible.cfg and /etc/ansible/ansible.cfg. Undefined when there is none.
 * @throws INVENTORY_ANSIBLE_CONFIG for a value of the wrong kind.
 */
export function ansibleConfig(places: ConfigPlaces): AnsibleConfig | undefined {
  const file = findConfig(places)
  const bytes = file === undefined ? undefined : places.files.read(file)
  if (file === undefined || bytes === undefined) return undefined
  const problems: ConvecthubError[] = []
  const origins: Partial<Record<string, Origin>> = {}
  const typed = settingReader(file, decodeText(bytes, file), problems, origins)
  const read = (section: string, key: string) => typed(section, key, (value) => value, 'a text')
  const path = (value: string) =>
    value.startsWith('~/') ? join(places.home, value.slice(2)) : resolve(dirname(file), value)
  const filePath = (key: string) => typed('defaults', key, path, 'a path')
  const sshWords = (key: string) => typed('ssh_connection', key, words, 'what a shell could split')
  const config: AnsibleConfig = {
    inventory: typed('defaults', 'inventory', (value) => inventoryOf(value, path), 'a list of paths'),
    remoteUser: read('defaults', 'remote_user'),
    privateKeyFile: filePath('private_key_file'),
    forks: typed('defaults', 'forks', integer, 'a whole number'),
    timeout: typed('defaults', 'timeout', integer, 'a whole number'),
    hostKeyChecking: typed('defaults', 'host_key_checking', boolean, 'yes or no'),
    anyGroupName: typed('defaults', 'force_valid_group_names', groupNames, 'never or ignore'),
    vaultPasswordFile: filePath('vault_password_file'),
    askVaultPass: typed('defaults', 'ask_vault_pass', boolean, 'yes or no'),
    sshArgs: sshWords('ssh_args'),
    sshCommonArgs: sshWords('ssh_common_args'),
    sshExtraArgs: sshWords('ssh_extra_args'),
    becomeUser: read('privilege_escalation', 'become_user'),
    becomeMethod: read('privilege_escalation', 'become_method'),
    becomeAskPass: typed('privilege_escalation', 'become_ask_pass', boolean, 'yes or no'),
    origins,
  }
  throwAll(problems)
  return config
}

/** Returns a function that reads one setting; it adds errors to `problems` and the setting's place to `origins`. */
function settingReader(
  file: string,
  text: string,
  problems: ConvecthubError[],
  origins: Partial<Record<string, Origin>>,
) {
  const sections: Record<string, unknown> = parse(text)
  return <T>(
    section: string,
    key: string,
    convert: (value: string) => T | undefined,
    kind: string,
  ): T | undefined => {
    const values = sections[section]
    const value =
      typeof values === 'object' && values !== null ? (values as Record<string, unknown>)[key] : undefined
    if (value === undefined || value === null || typeof value === 'object' || value === '') return undefined
    const line = lineOf(text, section, key)
    const origin = { file, ...(line > 0 && { line }) }
    origins[key] = origin
    return collect(problems, () => {
      const converted = convert(String(value))
      if (converted !== undefined) return converted
      throw problem('INVENTORY_ANSIBLE_CONFIG', `${key} is '${value}', not ${kind}`, {
        origin,
        line: text.split('\n')[line - 1],
      })
    })
  }
}

/** Undefined for `always` and `silently`: with these Ansible renames groups, which convecthub does not do. */
function groupNames(value: string): boolean | undefined {
  return { never: false, ignore: true }[value.toLowerCase()]
}

function findConfig({ cwd, home, env, files }: ConfigPlaces): string | undefined {
  const named = env.ANSIBLE_CONFIG
  const candidates: string[] = []
  if (named !== undefined && named !== '') {
    const path = resolve(cwd, named.startsWith('~/') ? join(home, named.slice(2)) : named)
    candidates.push(files.kind(path) === 'directory' ? join(path, 'ansible.cfg') : path)
  }
  // Ansible ignores ./ansible.cfg in a world-writable folder, because anyone could have put the file there.
  const here = join(cwd, 'ansible.cfg')
  if (files.doubtful?.(here) === undefined) candidates.push(here)
  candidates.push(join(home, '.ansible.cfg'), '/etc/ansible/ansible.cfg')
  return candidates.find((path) => files.kind(path) === 'file')
}

/** The line number of a key in its section, counted from 1; 0 if not found. */
function lineOf(text: string, section: string, key: string): number {
  let current = ''
  return (
    text.split('\n').findIndex((line) => {
      current = /^\s*\[(.*?)\]/.exec(line)?.[1] ?? current
      return current === section && new RegExp(`^\\s*${key}\\s*[=:]`).test(line)
    }) + 1
  )
}

function words(value: string): string[] | undefined {
  const split = shellWords(value, { comments: false })
  return 'words' in split ? split.words.map(({ text }) => text) : undefined
}

function inventoryOf(value: string, path: (value: string) => string): string[] {
  return value
    .split(',')
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
