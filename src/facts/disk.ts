import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** The file system of a path, or of its nearest existing parent, after following links. Total and free size in MiB. */
export interface Disk {
  sizeMiB: number
  freeMiB: number
  /** Mount point. */
  mount: string
  /** Mount options, such as `noexec` (mount(8)). */
  options: readonly string[]
}

// Reads /proc/self/mounts, because stat(1) does not see a bind mount with its own options. The table writes a blank as
// \040. printf's %b needs \0040: otherwise it would take a digit behind it as part of the escape. When several file
// systems are mounted at the same place, the last one counts.
const SCRIPT = `
for path in $paths; do
  at=$path
  while [ ! -e "$at" ]; do at=\${at%/*}; at=\${at:-/}; done
  printf 'disk %s %s ' "$path" "$(stat -f -c '%b %a %S' "$at")"
  real=$(readlink -f "$at") mount='' options=''
  while read -r _ point _ all _; do
    case $point in *\\\\*) point=$(printf %b "$(printf %s "$point" | sed 's/\\\\\\([0-7]\\{3\\}\\)/\\\\0\\1/g')") ;; esac
    case \${real%/}/ in
    "\${point%/}"/*) [ "\${#point}" -lt "\${#mount}" ] || mount=$point options=$all ;;
    esac
  done </proc/self/mounts
  printf '%s' "$mount" | tr '\\n' ' '
  printf '\\noptions %s %s\\n' "$path" "$options"
done`

const UNKNOWN: Disk = { sizeMiB: 0, freeMiB: 0, mount: '/', options: [] }

const family: FactFamily<Disk> = {
  id: 'disk',
  script: (keys) => joinSh([sh`paths=${keys.join(' ')}`, rawSh(SCRIPT)]),
  parse: (output, keys) => {
    const disks = new Map<string, Disk>(keys.map((key) => [key, UNKNOWN]))
    const options = new Map(
      [...output.matchAll(/^options (\S+) (\S+)$/gm)].map(([, path, all = '']) => [path, all.split(',')]),
    )
    for (const [, path = '', all, free, block, mount = ''] of output.matchAll(
      /^disk (\S+) (\d+) (\d+) (\d+) (.*)$/gm,
    )) {
      const mib = (blocks: string | undefined) => Math.floor((Number(blocks) * Number(block)) / 1024 ** 2)
      disks.set(path, {
        sizeMiB: mib(all),
        freeMiB: mib(free),
        mount: mount.trimEnd() || '/',
        options: options.get(path) ?? [],
      })
    }
    return disks
  },
}

export function disk(path: string): Fact<Disk> {
  return { family, key: path }
}
