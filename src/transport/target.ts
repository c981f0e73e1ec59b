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

/**
 * The options in `ansible_ssh_common_args` and `ansible_ssh_extra_args` that we honour. Error: SSH_OPTION for any
 * other one, by name, since ignoring it would mean something else than ssh does.
 */
export function sshOptions(host: string, words: readonly string[]): SshOptions {
  const options: SshOptions = {}
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, flag, glued] = /^-([A-Za-z])(.*)$/.exec(word) ?? []
    if (!flag) throw unsupported(host, word)
    if (flag === 'C' || flag === 'q' || flag === 'v') continue
    const value = glued || (queue.shift() ?? '')
    if (flag === 'i') options.keyFile = value
    else if (flag === 'p') options.port = Number(value)
    else if (flag === 'l') options.user = value
    else if (flag === 'o') setOption(host, options, value)
    else throw unsupported(host, word)
  }
  return options
}

function setOption(host: string, options: SshOptions, text: string): void {
  const [, name = '', value = ''] = /^\s*([A-Za-z]+)\s*[=\s]\s*(.*?)\s*$/.exec(text) ?? []
  const files = value.replaceAll('"', '').split(/\s+/)
  switch (name.toLowerCase()) {
    case 'userknownhostsfile':
      options.knownHostsFiles = files
      break
    case 'stricthostkeychecking':
      options.hostKeyChecking =
        value === 'no' || value === 'off' ? 'no' : value === 'accept-new' ? 'accept-new' : 'yes'
      break
    case 'connecttimeout':
      options.connectTimeoutMs = Number(value) * 1000
      break
    case 'identityfile':
      options.keyFile = files[0] ?? ''
      break
    case 'user':
      options.user = value
      break
    case 'port':
      options.port = Number(value)
      break
    default:
      if (!HARMLESS.has(name.toLowerCase())) throw unsupported(host, `-o ${text}`)
  }
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
