import { textOf } from '../printable.ts'
import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** The basic properties of a machine. Memory in MiB. */
export interface System {
  /** From os-release(5); `like` is ID_LIKE, the ids of related distributions. */
  os: { id: string; like: readonly string[]; version: string; name: string; codename: string }
  kernel: string
  /** As Debian names it: amd64, arm64, armhf. */
  architecture: string
  cpus: number
  memoryMiB: number
  hostname: string
  machineId: string
  cgroup: 1 | 2
  systemd: boolean
  /** The user who logged in, before sudo. */
  user: string
}

// uses shell builtins where possible: `ping` runs this, and starting a program costs a millisecond
const SCRIPT = `
while IFS= read -r line || [ -n "$line" ]; do printf 'os.%s\\n' "$line"; done </etc/os-release
read -r kernel </proc/sys/kernel/osrelease
read -r hostname </proc/sys/kernel/hostname
read -r _ memory _ </proc/meminfo
id=
read -r id </etc/machine-id
printf 'kernel=%s\\nhostname=%s\\nmemory=%s\\nmachine-id=%s\\n' "$kernel" "$hostname" "$memory" "$id"
if read -r cpus </sys/devices/system/cpu/online; then printf 'online=%s\\n' "$cpus"
else printf 'cpus=%s\\n' "$(getconf _NPROCESSORS_ONLN)"; fi
read -r machine </proc/sys/kernel/arch || machine=$(uname -m)
printf 'machine=%s\\n' "$machine"
[ ! -f /sys/fs/cgroup/cgroup.controllers ] || echo cgroup=2
[ ! -d /run/systemd/system ] || echo systemd=1
printf 'user=%s\\n' "\${SUDO_USER:-root}"`

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'armhf' }

export const system = singleFact<System>('system', rawSh(SCRIPT), (output) => parseSystem(output))

function parseSystem(output: string): System {
  const values = new Map(
    output.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).replace(/^"(.*)"$|^'(.*)'$/, '$1$2')]]
    }),
  )
  const text = (key: string) => textOf(values.get(key))
  const machine = text('machine')
  return {
    os: {
      id: text('os.ID'),
      like: text('os.ID_LIKE').split(' ').filter(Boolean),
      version: text('os.VERSION_ID'),
      name: text('os.PRETTY_NAME'),
      codename: text('os.VERSION_CODENAME') || text('os.UBUNTU_CODENAME'),
    },
    kernel: text('kernel'),
    architecture: ARCHITECTURES[machine] ?? machine,
    cpus: Number(text('cpus')) || countRanges(text('online')),
    memoryMiB: Math.floor(Number(text('memory')) / 1024),
    hostname: text('hostname'),
    machineId: text('machine-id'),
    cgroup: text('cgroup') === '2' ? 2 : 1,
    systemd: text('systemd') === '1',
    user: text('user'),
  }
}

/** Counts the numbers in a list such as `0-3,8` (cpuset(7), "List format"). */
function countRanges(list: string): number {
  if (list === '') return 0
  return list
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0)
}
