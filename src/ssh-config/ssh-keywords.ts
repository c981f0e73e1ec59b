import { matchesPatterns } from '../ssh-pattern.ts'
import type { SshArgument } from './ssh-config-line.ts'
import { sshJumps } from './ssh-jumps.ts'
import { ALIASES, HARMLESS, UNSUPPORTED } from './ssh-keyword-kinds.ts'
import type { SshOptions } from './ssh-options.ts'

/**
 * The options that a keyword sets, or why it is an error. `refused`: ssh itself refuses the value. `unsupported`:
 * convecthub does not support it. `unknown`: there is no such keyword.
 */
export type SshKeywordResult = SshOptions | 'refused' | 'unsupported' | 'unknown'

type Read = (argument: SshArgument) => SshOptions | undefined

const CHECKING = new Map<string, NonNullable<SshOptions['hostKeyChecking']>>([
  ['yes', 'yes'],
  ['true', 'yes'],
  ['ask', 'yes'],
  ['accept-new', 'accept-new'],
  ['no', 'no'],
  ['false', 'no'],
  ['off', 'no'],
])

const FLAGS = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
])

/** Units of time in seconds. Source: TIME FORMATS in sshd_config(5). */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** The supported keywords. Each function returns the options it sets, or undefined for a value that ssh refuses. */
const KEYWORDS: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    hostname: word((hostName) => ({ hostName })),
    user: word((user) => ({ user })),
    port: word((port) => (isPort(port) ? { port: Number(port) } : undefined)),
    identityfile: word((path) => ({ keyFiles: unlessNone([path]) })),
    identitiesonly: flag((identitiesOnly) => ({ identitiesOnly })),
    identityagent: word((identityAgent) => ({ identityAgent })),
    proxyjump: ({ text }) => {
      const proxyJump = sshJumps(text.replace(/^[\s=]+/, ''))
      return proxyJump && { proxyJump }
    },
    proxycommand: ({ text }) => {
      const command = text.replace(/^[\s=]+/, '')
      return { proxyCommand: command.toLowerCase() === 'none' ? 'none' : command }
    },
    userknownhostsfile: list((paths) => ({ knownHostsFiles: unlessNone(paths) })),
    globalknownhostsfile: list((paths) => ({ globalKnownHostsFiles: unlessNone(paths) })),
    hostkeyalias: word((hostKeyAlias) => ({ hostKeyAlias })),
    stricthostkeychecking: word((value) => {
      const hostKeyChecking = CHECKING.get(value.toLowerCase())
      return hostKeyChecking && { hostKeyChecking }
    }),
    connecttimeout: time((connectTimeoutMs) => ({ connectTimeoutMs })),
    serveraliveinterval: time((serverAliveIntervalMs) => ({ serverAliveIntervalMs })),
    serveralivecountmax: word((count) =>
      /^\d+$/.test(count) ? { serverAliveCountMax: Number(count) } : undefined,
    ),
    preferredauthentications: word((names) => ({ preferredAuthentications: names.split(',') })),
    passwordauthentication: flag((passwordAuthentication) => ({ passwordAuthentication })),
    kbdinteractiveauthentication: flag((kbdInteractiveAuthentication) => ({ kbdInteractiveAuthentication })),
    pubkeyauthentication: word((value) => {
      const pubkeyAuthentication = /^(unbound|host-bound)$/i.test(value) || FLAGS.get(value.toLowerCase())
      return pubkeyAuthentication === undefined ? undefined : { pubkeyAuthentication }
    }),
    ciphers: word((ciphers) => ({ ciphers })),
    kexalgorithms: word((kexAlgorithms) => ({ kexAlgorithms })),
    macs: word((macs) => ({ macs })),
    hostkeyalgorithms: word((hostKeyAlgorithms) => ({ hostKeyAlgorithms })),
    casignaturealgorithms: word((caSignatureAlgorithms) => ({ caSignatureAlgorithms })),
    ignoreunknown: word((names) => ({ ignoreUnknown: names.toLowerCase().split(',') })),
  }),
)

/** All supported keywords, in lower case. */
export const FOLLOWED: readonly string[] = [...KEYWORDS.keys()]

/**
 * Evaluates a keyword of ssh(1), whose case does not matter, from `-o` or a configuration file. `before` are the
 * options set so far. Source: ssh_config(5) and OpenSSH's readconf.c.
 */
export function readSshKeyword(name: string, argument: SshArgument, before: SshOptions): SshKeywordResult {
  const keyword = keywordOf(name)
  if (HARMLESS.has(keyword)) return {}
  const known = KEYWORDS.get(keyword)
  if (known) return known(argument) ?? 'refused'
  const defaults = UNSUPPORTED.get(keyword)
  if (!defaults) return isIgnored(keyword, before) ? {} : 'unknown'
  // An earlier line has set the default, and the first value wins.
  if (before.settled?.includes(keyword)) return {}
  const [value = '', ...more] = argument.words
  return more.length === 0 && defaults.includes(value.toLowerCase()) ? { settled: [keyword] } : 'unsupported'
}

function keywordOf(name: string): string {
  const lower = name.toLowerCase()
  return ALIASES.get(lower) ?? lower
}

function isIgnored(keyword: string, { ignoreUnknown }: SshOptions): boolean {
  return ignoreUnknown !== undefined && matchesPatterns(keyword, ignoreUnknown)
}

function word(read: (word: string) => SshOptions | undefined): Read {
  return ({ words: [only, ...more] }) => (only && more.length === 0 ? read(only) : undefined)
}

function flag(read: (on: boolean) => SshOptions): Read {
  return word((value) => {
    const on = FLAGS.get(value.toLowerCase())
    return on === undefined ? undefined : read(on)
  })
}

/** Reads a time in ms. `none` sets nothing, so that a later line can still set it. */
function time(read: (milliseconds: number) => SshOptions): Read {
  return word((value) => {
    if (value === 'none') return {}
    if (!/^(?:\d+[smhdw])*(?:\d+[smhdw]?)$/i.test(value)) return undefined
    const parts = [...value.matchAll(/(\d+)([smhdw]?)/gi)]
    const seconds = parts.reduce(
      (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit?.toLowerCase() || 's'] ?? 1),
      0,
    )
    return read(seconds * 1000)
  })
}

function list(read: (words: readonly string[]) => SshOptions): Read {
  return ({ words }) => {
    const none = words.some((path) => path.toLowerCase() === 'none')
    return words.length === 0 || words.includes('') || (none && words.length > 1) ? undefined : read(words)
  }
}

function unlessNone(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.toLowerCase() !== 'none')
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
}
