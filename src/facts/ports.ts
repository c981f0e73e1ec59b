import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Fact, FactFamily } from './fact.ts'

export interface Port {
  protocol: 'tcp' | 'udp'
  number: number
}

/** The process that listens on a port. */
export interface Listener {
  name: string
  /** Whether it is K3s or one of its pods; undefined when the process is not visible. */
  k3s: boolean | undefined
  /** Set when it is a pod. */
  pod?: true
}

/** The requested ports that something listens on, by portName. */
export type ListeningPorts = ReadonlyMap<string, Listener>

// Reads the kernel's tables instead of ss: ss prints process names unescaped, and a name may contain a newline.
// Columns as in proc(5): the 2nd is ADDRESS:PORT in hex, the 4th the state (0A for LISTEN; 07 for UDP, which does not
// have that state), the 10th the socket's inode. A process may hold thousands of sockets, so the output is limited.
const SCRIPT = `
ports=$(for table in tcp tcp6 udp udp6; do
  kind=\${table%6}
  while read -r _ local _ state _ _ _ _ _ inode _; do
    case $wanted in *" $kind:\${local##*:} "*) ;; *) continue ;; esac
    case $kind$state in tcp0A | udp07) printf 'port %s %s %s\\n' "$kind" "\${local##*:}" "$inode" ;; esac
  done <"/proc/net/$table"
done | sort -u | head -n 100)
printf '%s\\n' "$ports"
set --
for inode in $(printf '%s\\n' "$ports" | sed -n 's/^port .* \\([0-9]*\\)$/\\1/p'); do
  set -- "$@" -o -lname "socket:\\[$inode\\]"
done
[ "$#" = 0 ] || {
  shift
  timeout 5 find /proc/[0-9]*/fd \\( "$@" \\) -printf '%p %l\\n'
} | head -n 1000 | while IFS=' /' read -r _ _ pid _ _ socket; do
  name='' whose=other
  read -r name <"/proc/$pid/comm"
  if [ -n "$(of_k3s "/proc/$pid/cgroup")" ]; then
    whose=k3s
    ! grep -q :/kubepods "/proc/$pid/cgroup" || whose=pod
  fi
  printf 'socket %s %s %s\\n' "$socket" "$whose" "$name"
done`

const family: FactFamily<ListeningPorts> = {
  id: 'ports',
  script: ([key = '']) => {
    const wanted = key.split(',')
    return joinSh([rawSh(template('remote/of-k3s.sh')), sh`wanted=${` ${wanted.join(' ')} `}`, rawSh(SCRIPT)])
  },
  parse: (output, keys) => new Map(keys.map((key) => [key, parsePorts(output)])),
}

/** The listeners on these ports. Ask for only one set of ports per host. */
export function listeningPorts(ports: readonly Port[]): Fact<ListeningPorts> {
  return { family, key: ports.map(kernelName).join(',') }
}

/** `tcp 80`. */
export function portName({ protocol, number }: Port): string {
  return `${protocol} ${number}`
}

/** A port as the kernel's tables have it: `tcp:0050`. */
function kernelName({ protocol, number }: Port): string {
  return `${protocol}:${number.toString(16).toUpperCase().padStart(4, '0')}`
}

/** When K3s and another process share a port, reports the other process. */
function parsePorts(output: string): ListeningPorts {
  const holders = new Map<string, Listener>()
  for (const [, inode = '', whose, name = ''] of output.matchAll(
    /^socket socket:\[(\d+)\] (k3s|pod|other) (.*)$/gm,
  ))
    if (holders.get(inode)?.k3s !== false)
      holders.set(inode, {
        name: name || 'a process',
        k3s: whose !== 'other',
        ...(whose === 'pod' && { pod: true }),
      })
  const ports = new Map<string, Listener>()
  for (const [, protocol, hex = '', inode = ''] of output.matchAll(
    /^port (tcp|udp) ([0-9A-F]{4}) (\d+)$/gm,
  )) {
    const port = `${protocol} ${Number.parseInt(hex, 16)}`
    const holder = holders.get(inode) ?? { name: 'a process', k3s: undefined }
    if (ports.get(port)?.k3s !== false) ports.set(port, holder)
  }
  return ports
}
