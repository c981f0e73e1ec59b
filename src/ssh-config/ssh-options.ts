import { ConvecthubError } from '../errors.ts'
import { sshConfigLine } from './ssh-config-line.ts'
import { readSshKeyword, type SshKeywordResult } from './ssh-keywords.ts'

/** StrictHostKeyChecking: an unknown key is refused, taken and kept, or not looked at. */
export type HostKeyChecking = 'yes' | 'accept-new' | 'no'

/**
 * What ssh(1) is told, by its command line or by its configuration files. What is absent was not said; values are
 * as written until sshConfigOptions() puts tokens, `~` and variables in place.
 */
export interface SshOptions {
  /** The machine to go to, in place of the name that ssh was called with. */
  hostName?: string
  user?: string
  port?: number
  /** All that were said, in their order; empty for `none`: not even those that ssh tries by itself. */
  keyFiles?: readonly string[]
  /** Only keyFiles are tried, with nothing of the agent beside them. */
  identitiesOnly?: boolean
  /** `none`, `SSH_AUTH_SOCK` (the socket of that variable), or a path. */
  identityAgent?: string
  /** First hop first, each `[user@]host[:port]` or `ssh://…`; empty for `none`. Beside a proxyCommand only that. */
  proxyJump?: readonly string[]
  /** `none`, or a command whose tokens (%h %p %r %n %%) are left for the one who runs it. */
  proxyCommand?: string
  /** UserKnownHostsFile; empty for `none`. */
  knownHostsFiles?: readonly string[]
  /** GlobalKnownHostsFile, read after those of the user; empty for `none`. */
  globalKnownHostsFiles?: readonly string[]
  /** The name to look for in known_hosts. */
  hostKeyAlias?: string
  hostKeyChecking?: HostKeyChecking
  connectTimeoutMs?: number
  /** 0: never asked. */
  serverAliveIntervalMs?: number
  serverAliveCountMax?: number
  /** Names of the methods, in their order. */
  preferredAuthentications?: readonly string[]
  passwordAuthentication?: boolean
  kbdInteractiveAuthentication?: boolean
  pubkeyAuthentication?: boolean
  /** `-F`: the configuration file in place of both usual ones; `none` for no file. */
  configFile?: string
  /** As OpenSSH writes lists of algorithms, with its `+`, `-` or `^` in front. */
  ciphers?: string
  kexAlgorithms?: string
  macs?: string
  hostKeyAlgorithms?: string
  /** Patterns of keywords that ssh may not know, in lower case. */
  ignoreUnknown?: readonly string[]
  /** Keywords that we do not follow, and that were said to stay as they are by default. */
  settled?: readonly string[]
}

/** ssh's letters for an option with a value. */
const VALUE_FLAGS: Readonly<Record<string, string>> = {
  i: 'IdentityFile',
  p: 'Port',
  l: 'User',
  J: 'ProxyJump',
}

/** Talk, compression, forwardings and terminals: nothing that we open. -4 and -6 choose an address, so not these. */
const HARMLESS_FLAGS = /[CqvAaxXYTt]/

/**
 * The options in `ansible_ssh_common_args` and `ansible_ssh_extra_args`; of several values the first counts, as in
 * ssh. Error: SSH_OPTION (inventory) for any that we do not follow, by name, since ignoring it would mean something
 * else than ssh does. Source: ssh(1).
 */
export function sshOptions(host: string, words: readonly string[]): SshOptions {
  let options: SshOptions = {}
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    let rest = /^-(?!-)(.+)/s.exec(word)?.[1]
    if (rest === undefined) throw unsupported(host, word)
    while (rest !== '') {
      const letter = rest.charAt(0)
      rest = rest.slice(1)
      if (HARMLESS_FLAGS.test(letter)) continue
      if (!'oF'.includes(letter) && !VALUE_FLAGS[letter]) throw unsupported(host, word)
      const value = rest || queue.shift()
      if (value === undefined) throw unsupported(host, word)
      const read = letter === 'F' ? { configFile: value } : readFlag(letter, value, options)
      if (typeof read === 'string') throw unsupported(host, `-${letter} ${value}`)
      options = mergeSshOptions(options, read)
      rest = ''
    }
  }
  return options
}

/**
 * Both together, where what was said first wins. Key files are all kept; ProxyJump and ProxyCommand shut each other
 * out, except that a ProxyCommand may follow `ProxyJump none`, as in ssh.
 */
export function mergeSshOptions(first: SshOptions, then: SshOptions): SshOptions {
  const { proxyJump, proxyCommand, ...others } = then
  const jumps = first.proxyJump !== undefined && first.proxyJump.length > 0
  return {
    ...(proxyJump !== undefined && first.proxyCommand === undefined && { proxyJump }),
    ...(proxyCommand !== undefined && !jumps && { proxyCommand }),
    ...others,
    ...first,
    ...both('keyFiles', first, then),
    ...both('settled', first, then),
  }
}

/** Every known_hosts file that ssh reads, those of the user first; the first one is where new keys are written. */
export function allKnownHostsFiles(options: SshOptions): readonly string[] {
  return [
    ...(options.knownHostsFiles ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    ...(options.globalKnownHostsFiles ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
  ]
}

function both(field: 'keyFiles' | 'settled', first: SshOptions, then: SshOptions): SshOptions {
  if (!first[field] || !then[field]) return {}
  return { [field]: [...new Set([...first[field], ...then[field]])] }
}

function readFlag(letter: string, value: string, before: SshOptions): SshKeywordResult {
  const keyword = VALUE_FLAGS[letter]
  // No quotes to take off: these are whole values already.
  if (keyword) return readSshKeyword(keyword, { words: [value], text: value }, before)
  const line = sshConfigLine(value)
  return typeof line === 'object' ? readSshKeyword(line.name, line, before) : 'refused'
}

function unsupported(host: string, word: string): ConvecthubError {
  return new ConvecthubError('SSH_OPTION', 'inventory', `the ssh option ${word} is not supported`, {
    host,
    hint: 'take it out of ansible_ssh_common_args and ansible_ssh_extra_args',
  })
}
