import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** What a machine is. Memory in MiB, clock in seconds since 1970. */
export interface System {
  os: { id: string; version: string; name: string; codename: string }
  kernel: string
  /** Debian's name: amd64, arm64, armhf. */
  architecture: string
  cpus: number
  memoryMiB: number
  hostname: string
  machineId: string
  clock: number
  cgroup: 1 | 2
  systemd: boolean
  /** Who logged in before sudo. */
  user: string
}

const SCRIPT = `
sed 's/^/os./' /etc/os-release
printf 'kernel=%s\\n' "$(uname -r)"
printf 'machine=%s\\n' "$(uname -m)"
printf 'cpus=%s\\n' "$(getconf _NPROCESSORS_ONLN || nproc)"
while read -r key value _; do [ "$key" != MemTotal: ] || printf 'memory=%s\\n' "$value"; done </proc/meminfo
printf 'hostname=%s\\n' "$(uname -n)"
printf 'machine-id=%s\\n' "$(cat /etc/machine-id)"
printf 'clock=%s\\n' "$(date +%s)"
[ ! -f /sys/fs/cgroup/cgroup.controllers ] || echo cgroup=2
[ ! -d /run/systemd/system ] || echo systemd=1
printf 'user=%s\\n' "\${SUDO_USER:-root}"`

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'armhf' }

const family: FactFamily<System> = {
  id: 'system',
  script: () => rawSh(SCRIPT),
  parse: (output) => new Map([['', parseSystem(output)]]),
}

export const system: Fact<System> = { family, key: '' }

function parseSystem(output: string): System {
  const values = new Map(
    output.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2')]]
    }),
  )
  const text = (key: string) => values.get(key) ?? ''
  const machine = text('machine')
  return {
    os: {
      id: text('os.ID'),
      version: text('os.VERSION_ID'),
      name: text('os.PRETTY_NAME'),
      codename: text('os.VERSION_CODENAME') || text('os.UBUNTU_CODENAME'),
    },
    kernel: text('kernel'),
    architecture: ARCHITECTURES[machine] ?? machine,
    cpus: Number(text('cpus')),
    memoryMiB: Math.floor(Number(text('memory')) / 1024),
    hostname: text('hostname'),
    machineId: text('machine-id'),
    clock: Number(text('clock')),
    cgroup: text('cgroup') === '2' ? 2 : 1,
    systemd: text('systemd') === '1',
    user: text('user'),
  }
}
