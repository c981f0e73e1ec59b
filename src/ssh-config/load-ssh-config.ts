import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Origin } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { globPaths } from './glob-paths.ts'
import type { LocalSide } from './local-side.ts'
import { sshConfigError } from './ssh-config-error.ts'
import { type SshConfigLine, sshConfigLine } from './ssh-config-line.ts'
import { asksForFinal } from './ssh-config-match.ts'
import { expandSshTokens, expandTilde, localTokens } from './ssh-tokens.ts'

/** OpenSSH's READCONF_MAX_DEPTH. */
const MAX_DEPTH = 16

/** A line with a keyword. */
export interface SshConfigEntry extends SshConfigLine {
  /** `name` in lower case. */
  keyword: string
  origin: Origin
  /** For Include: the blocks of each file, or a string that says what convecthub does not support in its path. */
  included?: readonly SshConfigBlock[][] | string
}

/** The lines up to the next Host or Match. They apply together or not at all. */
export interface SshConfigBlock {
  /** The Host or Match line; absent for the lines before the first one of a file. */
  head?: SshConfigEntry
  entries: SshConfigEntry[]
}

/** The parsed configuration files. They are read once; sshConfigOptions() evaluates them for each host. */
export interface SshConfig {
  files: readonly (readonly SshConfigBlock[])[]
  /** True if the files contain a `Match final`: then they are evaluated twice. */
  final: boolean
}

export interface SshConfigPlaces {
  /** `-F`: the only file to read, instead of the user's and the system's; `none` for no file. */
  configFile?: string | undefined
  /** The system-wide file; /etc/ssh/ssh_config by default. */
  system?: string
}

/**
 * Reads ~/.ssh/config and /etc/ssh/ssh_config, either of which may be missing, with all included files. Errors:
 * SSH_CONFIG for a file that cannot be read or parsed, or that other users may write to. Source: ssh.c and readconf.c
 * of OpenSSH.
 */
export function loadSshConfig(local: LocalSide, places: SshConfigPlaces = {}): SshConfig {
  const { configFile, system = '/etc/ssh/ssh_config' } = places
  if (configFile?.toLowerCase() === 'none') return { files: [], final: false }
  const folder = `${local.home}/.ssh`
  const user: Reading = {
    local,
    folder,
    tilde: true,
    required: configFile !== undefined,
    guarded: false,
    depth: 0,
  }
  const files =
    configFile !== undefined
      ? [readBlocks(configFile, user)]
      : [
          readBlocks(`${folder}/config`, { ...user, guarded: true }),
          // The system's file includes relative to /etc/ssh, and must not include files by `~`.
          readBlocks(system, { ...user, folder: dirname(system), tilde: false }),
        ]
  return { files, final: files.some(wantsFinal) }
}

interface Reading {
  local: LocalSide
  /** The folder that relative includes are resolved against. */
  folder: string
  /** True if includes may start with `~`. */
  tilde: boolean
  required: boolean
  /** True if the file is refused when others may write to it. */
  guarded: boolean
  depth: number
}

function readBlocks(path: string, reading: Reading, from: Origin = { file: path }): SshConfigBlock[] {
  if (reading.depth > MAX_DEPTH)
    throw sshConfigError(`files include each other more than ${MAX_DEPTH} times`, from)
  let block: SshConfigBlock = { entries: [] }
  const blocks = [block]
  for (const [index, raw] of readText(path, reading).split('\n').entries()) {
    const origin = { file: path, line: index + 1 }
    const line = sshConfigLine(raw)
    if (line === undefined) continue
    if (typeof line === 'string') throw sshConfigError(line, origin, { evidence: raw.trim() })
    const entry = { ...line, keyword: line.name.toLowerCase(), origin }
    if (entry.keyword === 'include') block.entries.push({ ...entry, included: readIncludes(entry, reading) })
    else if (entry.keyword !== 'host' && entry.keyword !== 'match') block.entries.push(entry)
    else {
      block = { head: entry, entries: [] }
      blocks.push(block)
    }
  }
  return blocks
}

function readIncludes({ words, origin }: SshConfigEntry, reading: Reading): SshConfigBlock[][] | string {
  const { local, folder, tilde, depth } = reading
  try {
    return words.flatMap((word) => {
      const path = expandSshTokens(word, localTokens(local), local.env)
      if (path === '' || (path.startsWith('~') && !tilde))
        throw sshConfigError(`Include ${path || '""'} is not a place for a file of the system`, origin)
      const absolute = /^[~/]/.test(path) ? expandTilde(path, local.home) : `${folder}/${path}`
      const inner = { ...reading, required: false, guarded: true, depth: depth + 1 }
      return globPaths(absolute).map((file) => readBlocks(file, inner, origin))
    })
  } catch (error) {
    if (error instanceof SyntaxError) return `${words.join(' ')}: ${error.message}`
    throw error
  }
}

function readText(path: string, { required, guarded, local }: Reading): string {
  try {
    const { uid, mode } = statSync(path)
    if (guarded && ((uid !== 0 && uid !== local.uid) || (mode & 0o022) !== 0))
      throw sshConfigError(
        'the ssh configuration can be written by others',
        { file: path },
        { hint: `ssh does not read it either; try: chmod go-w ${path}` },
      )
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'SSH_CONFIG') throw cause
    // Like ssh, treat a folder as an empty file.
    if (code === 'EISDIR' || (!required && (code === 'ENOENT' || code === 'ENOTDIR'))) return ''
    throw sshConfigError(
      `the ssh configuration cannot be read: ${systemReason(cause)}`,
      { file: path },
      { cause },
    )
  }
}

function wantsFinal(blocks: readonly SshConfigBlock[]): boolean {
  return blocks.some(
    ({ head, entries }) =>
      (head?.keyword === 'match' && asksForFinal(head.words)) ||
      entries.some(({ included = [] }) => typeof included !== 'string' && included.some(wantsFinal)),
  )
}
