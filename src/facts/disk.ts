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
  printf 'disk %s %s\\n' "$path" "$(df -Pk "$at" | tail -n 1)"
done`

const family: FactFamily<Disk> = {
  id: 'disk',
  script: (keys) => joinSh([sh`paths=${keys.join(' ')}`, rawSh(SCRIPT)]),
  parse: (output, keys) => {
    const disks = new Map<string, Disk>(keys.map((key) => [key, { sizeMiB: 0, freeMiB: 0, mount: '/' }]))
    for (const [, path = '', size, free, mount = ''] of output.matchAll(
      /^disk (\S+) .*?\s(\d+)\s+\d+\s+(\d+)\s+\S+\s+(\/.*)$/gm,
    )) {
      disks.set(path, {
        sizeMiB: Math.floor(Number(size) / 1024),
        freeMiB: Math.floor(Number(free) / 1024),
        mount,
      })
    }
    return disks
  },
}

export function disk(path: string): Fact<Disk> {
  return { family, key: path }
}
