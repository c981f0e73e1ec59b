import { createHash } from 'node:crypto'
import { DIGESTS } from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** What stands at a path. `mode` as chmod takes it (`644`); `digest` is a sha256 in hex, of regular files only. */
export interface FileState {
  type: 'file' | 'directory' | 'link' | 'other'
  mode: string
  /** Numbers of user and group: `0:0`; their names may be anything. */
  owner: string
  /** Bytes. */
  size: number
  digest: string | undefined
}

/** Files of at least this many bytes have their digest kept on the host, so that no rerun reads gigabytes. */
export const BIG_FILE = 8 * 1024 * 1024

/** The digest of no bytes, which no host has to work out. */
const EMPTY = createHash('sha256').digest('hex')

// one stat and one sha256sum for all; a big file is read only when no record fits its size, times and inode
const SCRIPT = `
stat -c 'stat %n %f %a %u:%g %s %y %z %i' -- $paths | {
  set --
  while read -r word path raw mode owner size stamp; do
    printf '%s\n' "$word $path $raw $mode $owner $size $stamp"
    case $raw in 8???) ;; *) continue ;; esac
    [ "$size" != 0 ] || continue
    if [ "$size" -lt ${BIG_FILE} ]; then set -- "$@" "$path"; continue; fi
    known=
    [ ! -f ${DIGESTS} ] || while read -r digest kept; do
      [ "$kept" != "$size $stamp $path" ] || known=$digest
    done <${DIGESTS}
    if [ -n "$known" ]; then printf '%s  %s\n' "$known" "$path"; else set -- "$@" "$path"; fi
  done
  [ "$#" = 0 ] || exec sha256sum -- "$@"
}`

const family: FactFamily<FileState | undefined> = {
  id: 'file',
  // paths are ours and without blanks, so that a plain word list does
  script: (keys) => joinSh([sh`paths=${keys.join(' ')}`, rawSh(SCRIPT)]),
  parse: parseFiles,
}

/** The state of a path, undefined when there is nothing. Links are not followed. */
export function file(path: string): Fact<FileState | undefined> {
  if (/\s/.test(path)) throw new Error(`a path on a host must have no blanks: ${path}`)
  return { family, key: path }
}

function parseFiles(output: string, keys: readonly string[]): Map<string, FileState | undefined> {
  const digests = new Map<string, string>()
  for (const [, digest = '', path = ''] of output.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm))
    digests.set(path, digest)
  const states = new Map<string, FileState | undefined>(keys.map((key) => [key, undefined]))
  for (const [, path = '', raw = '', mode = '', owner = '', size = ''] of output.matchAll(
    /^stat (\S+) ([0-9a-f]+) (\d+) (\d+:\d+) (\d+) /gm,
  )) {
    const type = fileType(raw)
    const digest = type === 'file' && size === '0' ? EMPTY : digests.get(path)
    states.set(path, { type, mode, owner, size: Number(size), digest })
  }
  return states
}

/** The type bits of st_mode (inode(7)). */
function fileType(rawMode: string): FileState['type'] {
  const bits = Number.parseInt(rawMode, 16) & 0o170000
  return bits === 0o100000 ? 'file' : bits === 0o040000 ? 'directory' : bits === 0o120000 ? 'link' : 'other'
}
