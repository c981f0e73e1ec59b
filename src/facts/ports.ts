import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** TCP ports that something listens on, with the name of the process where it can be seen. */
export type ListeningPorts = ReadonlyMap<number, string>

// by the kernel's tables, where a process has no say: ss shows names as they are, and a name may hold a newline.
// Columns as in proc(5): the second is ADDRESS:PORT in hex, the fourth is 0A for LISTEN, the tenth the socket's inode
const SCRIPT = `
set --
for table in /proc/net/tcp /proc/net/tcp6; do
  while read -r _ local _ state _ _ _ _ _ inode _; do
    [ "$state" = 0A ] || continue
    printf 'port %s %s\\n' "\${local##*:}" "$inode"
    set -- "$@" -o -lname "socket:\\[$inode\\]"
  done <"$table"
done
[ "$#" = 0 ] || {
  shift
  find /proc/[0-9]*/fd \\( "$@" \\) -printf '%p %l\\n'
} | while IFS=' /' read -r _ _ pid _ _ socket; do
  name=
  read -r name <"/proc/$pid/comm"
  printf 'socket %s %s\\n' "$socket" "$name"
done`

const family: FactFamily<ListeningPorts> = {
  id: 'ports',
  script: () => rawSh(SCRIPT),
  parse: (output) => new Map([['', parsePorts(output)]]),
}

export const listeningPorts: Fact<ListeningPorts> = { family, key: '' }

function parsePorts(output: string): ListeningPorts {
  const names = new Map<string, string>()
  for (const [, inode = '', name = ''] of output.matchAll(/^socket socket:\[(\d+)\] (.*)$/gm))
    if (!names.has(inode)) names.set(inode, name)
  return new Map(
    [...output.matchAll(/^port ([0-9A-F]+) (\d+)$/gm)].map(([, port = '', inode = '']) => [
      Number.parseInt(port, 16),
      names.get(inode) || 'a process',
    ]),
  )
}
