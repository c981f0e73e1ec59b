import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** TCP ports that something listens on, with the name of the process where it can be seen. */
export type ListeningPorts = ReadonlyMap<number, string>

const family: FactFamily<ListeningPorts> = {
  id: 'ports',
  script: () => rawSh(`ss -Hltnp || cat /proc/net/tcp /proc/net/tcp6`),
  parse: (output) => new Map([['', parsePorts(output)]]),
}

export const listeningPorts: Fact<ListeningPorts> = { family, key: '' }

/** Lines of `ss -Hltnp`, or of /proc/net/tcp where there is no ss (state 0A is LISTEN). */
function parsePorts(output: string): ListeningPorts {
  const ports = new Map<number, string>()
  for (const line of output.split('\n')) {
    const [, port, rest = ''] = /^LISTEN\s+\d+\s+\d+\s+\S+:(\d+)\s+\S+(.*)$/.exec(line) ?? []
    if (port) ports.set(Number(port), /\(\("([^"]+)"/.exec(rest)?.[1] ?? 'a process')
    const [, hex] = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /.exec(line) ?? []
    if (hex) ports.set(Number.parseInt(hex, 16), 'a process')
  }
  return ports
}
