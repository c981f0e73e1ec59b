import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** The file system that holds a path, or will when the path is made: MiB in all and free, and its mount point. */
export interface Disk {
  sizeMiB: number
  freeMiB: number
  mount: string
}

const SCRIPT = `
for path in $paths; do
  at=$path
  while [ ! -e "$at" ]; do at=\${at%/*}; at=\${at:-/}; done
  printf 'disk %s %s ' "$path" "$(stat -f -c '%b %a %S' "$at")"
  stat -c %m "$at" | tr '\\n' ' '
  echo
done`

const family: FactFamily<Disk> = {
  id: 'disk',
  script: (keys) => joinSh([sh`paths=${keys.join(' ')}`, rawSh(SCRIPT)]),
  parse: (output, keys) => {
    const disks = new Map<string, Disk>(keys.map((key) => [key, { sizeMiB: 0, freeMiB: 0, mount: '/' }]))
    for (const [, path = '', all, free, block, mount = ''] of output.matchAll(
      /^disk (\S+) (\d+) (\d+) (\d+) (.*)$/gm,
    )) {
      const mib = (blocks: string | undefined) => Math.floor((Number(blocks) * Number(block)) / 1024 ** 2)
      disks.set(path, { sizeMiB: mib(all), freeMiB: mib(free), mount: mount.trimEnd() || '/' })
    }
    return disks
  },
}

export function disk(path: string): Fact<Disk> {
  return { family, key: path }
}
