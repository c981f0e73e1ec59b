import { STORAGE } from '../layout.ts'
import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** Users' data on a machine: the volumes of K3s's local-path storage. */
export interface Volumes {
  count: number
  /** Total size, MiB; undefined when measuring took too long. */
  sizeMiB: number | undefined
}

const SCRIPT = `
count=0
for volume in ${STORAGE}/*/; do
  # a disk's own
  case $volume in */lost+found/) continue ;; esac
  [ ! -d "$volume" ] || count=$((count + 1))
done
printf 'count %s\\n' "$count"
[ "$count" = 0 ] || timeout 20 du -sxk ${STORAGE} | sed -n 's/^\\([0-9]*\\).*/kib \\1/p'`

export const volumes = singleFact<Volumes>('volumes', rawSh(SCRIPT), (output) => {
  const value = (word: string) => new RegExp(`^${word} (\\d{1,15})$`, 'm').exec(output)?.[1]
  const kib = value('kib')
  return {
    count: Number(value('count') ?? 0),
    sizeMiB: kib === undefined ? undefined : Math.ceil(Number(kib) / 1024),
  }
})

/** Describes the volumes of several machines: `3 volumes (1.2 GB)`; empty when there are none. */
export function volumesText(all: readonly Volumes[]): string {
  const count = all.reduce((sum, machine) => sum + machine.count, 0)
  if (count === 0) return ''
  const counted = all.filter((machine) => machine.count > 0).map(({ sizeMiB }) => sizeMiB)
  const mib = counted.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  )
  const size =
    mib === undefined ? 'of unknown size' : mib < 1024 ? `${mib} MB` : `${(mib / 1024).toFixed(1)} GB`
  return `${count} volume${count === 1 ? '' : 's'} (${size})`
}
