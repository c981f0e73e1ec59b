import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'

/** All that is needed to get a root shell on one host. Paths may begin with `~`. */
export interface Target {
  host: string
  address: string
  port: number
  user: string
  keyFile: string | undefined
  password: Secret | undefined
  becomePassword: Secret | undefined
  /** `ssh`, or `local` for a machine that convecthub itself runs on. */
  connection: 'ssh' | 'local'
  /** Files with known host keys, the first one is where new ones are written. */
  knownHostsFiles: readonly string[]
  /** As ssh's StrictHostKeyChecking: an unknown key is refused, taken and kept, or not looked at. */
  hostKeyChecking: 'yes' | 'accept-new' | 'no'
  connectTimeoutMs: number
}

export interface SshOptions {
  knownHostsFiles?: readonly string[]
  hostKeyChecking?: Target['hostKeyChecking']
  connectTimeoutMs?: number
  user?: string
  port?: number
  keyFile?: string
}

/** Options of ssh(1) that change nothing for us: what they ask for is always so. */
const HARMLESS = new Set([
  'controlmaster',
  'controlpersist',
  'controlpath',
  'batchmode',
  'loglevel',
  'compression',
  'serveraliveinterval',
  'serveralivecountmax',
  'identitiesonly',
  'forwardagent',
])

/** What each option of ssh(1) sets; undefined for a value that ssh itself refuses. */
const OPTIONS: Readonly<Record<string, (value: string) => SshOptions | undefined>> = {
  userknownhostsfile: (value) => ({ knownHostsFiles: paths(value) }),
  identityfile: (value) => path(value, (keyFile) => ({ keyFile })),
  user: (value) => path(value, (user) => ({ user })),
  port: (value) =>
    /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65535 ? { port: Number(value) } : undefined,
  connecttimeout: (value) => (/^\d+$/.test(value) ? { connectTimeoutMs: Number(value) * 1000 } : undefined),
  stricthostkeychecking: (value) => {
    const hostKeyChecking = CHECKING[value.toLowerCase()]
    return hostKeyChecking && { hostKeyChecking }
  },
}

const CHECKING: Readonly<Record<string, Target['hostKeyChecking']>> = {
  yes: 'yes',
  ask: 'yes',
  'accept-new': 'accept-new',
  no: 'no',
  off: 'no',
}

/** The letters that are short for an option with a value. */
const FLAGS: Readonly<Record<string, string>> = { i: 'identityfile', p: 'port', l: 'user' }

/**
 * The options in `ansible_ssh_common_args` and `ansible_ssh_extra_args` that we honour; of several values the first
 * counts, as in ssh. Error: SSH_OPTION for any other one, by name, since ignoring it would mean something else than
 * ssh does.
 */
export function sshOptions(host: string, words: readonly string[]): SshOptions {
  let options: SshOptions = {}
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, flag = '', glued] = /^-([A-Za-z])(.*)$/.exec(word) ?? []
    if (/^[Cqv]$/.test(flag) && /^v*$/.test(glued ?? '')) continue
    const long = FLAGS[flag]
    if (flag !== 'o' && long === undefined) throw unsupported(host, word)
    const value = glued || queue.shift()
    if (value === undefined) throw unsupported(host, word)
    const set = flag === 'o' ? namedOption(value) : OPTIONS[long ?? '']?.(value)
    if (!set) throw unsupported(host, flag === 'o' ? `-o ${value}` : `-${flag} ${value}`)
    options = { ...set, ...options }
  }
  return options
}

/** `Name=value` or `Name value`. */
function namedOption(text: string): SshOptions | undefined {
  const [, name = '', value = ''] = /^\s*([A-Za-z]+)\s*[=\s]\s*(.*?)\s*$/.exec(text) ?? []
  return HARMLESS.has(name.toLowerCase()) ? {} : OPTIONS[name.toLowerCase()]?.(value)
}

/** Blank-separated paths, where a quoted one may hold blanks. */
function paths(value: string): string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

function path(value: string, make: (path: string) => SshOptions): SshOptions | undefined {
  const [first] = paths(value)
  return first === undefined ? undefined : make(first)
}

function unsupported(host: string, word: string): ConvecthubError {
  return new ConvecthubError('SSH_OPTION', 'inventory', `the ssh option ${word} is not supported`, {
    host,
    hint: 'take it out of ansible_ssh_common_args and ansible_ssh_extra_args',
  })
}

/** `~/x` with the home folder in place. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
