import { digest } from '../digest.ts'
import { DIGESTS } from '../layout.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** What is at a path. `mode` is as chmod takes it (`644`); `digest` is the sha256 in hex, for regular files only. */
export interface FileState {
  type: 'file' | 'directory' | 'link' | 'other'
  mode: string
  /** Numeric user and group: `0:0`. Names could contain any character. */
  owner: string
  /** Bytes. */
  size: number
  digest: string | undefined
}

/** From this size on, bytes, the digest of a file is cached on the host, so that a rerun does not read gigabytes. */
export const BIG_FILE = 8 * 1024 * 1024

/** The digest of an empty file, so that no host has to compute it. */
const EMPTY = digest('')

// one stat and one sha256sum for all; a big file is read only if no cached digest matches its size, times and inode
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
  // file() refuses paths with blanks, so a plain list of words is enough
  script: (keys) => joinSh([sh`paths=${keys.join(' ')}`, rawSh(SCRIPT)]),
  parse: parseFiles,
}

/** The state of a path; undefined when nothing is there. Links are not followed. */
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
