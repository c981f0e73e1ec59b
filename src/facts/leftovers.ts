import { textOf } from '../printable.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Fact, FactFamily } from './fact.ts'

/** What K3s left on a host besides files, by kind: names of links such as `cni0`, mount points, … */
export interface Leftovers {
  processes: readonly string[]
  mounts: readonly string[]
  links: readonly string[]
  namespaces: readonly string[]
  /** The number of iptables rules of Kubernetes, CNI and flannel, per command: `iptables: 12 lines`. */
  rules: readonly string[]
  /** IP sets that Kubernetes made. Empty when the host has no program that lists them. */
  ipsets: readonly string[]
  /** The given paths that hold more than users' data. An empty folder that is a mount point does not count. */
  paths: readonly string[]
}

const KINDS = {
  process: 'processes',
  mount: 'mounts',
  link: 'links',
  netns: 'namespaces',
  rules: 'rules',
  ipset: 'ipsets',
  path: 'paths',
} as const

const family: FactFamily<Leftovers> = {
  id: 'leftovers',
  script: ([paths = '']) =>
    joinSh([
      rawSh(template('remote/of-k3s.sh')),
      rawSh(template('remote/traces.sh')),
      sh`list_traces ${paths.split(' ').filter(Boolean)}`,
    ]),
  parse: (output, keys) => new Map(keys.map((key) => [key, parseLeftovers(output)])),
}

/** Everything that K3s left on a host, including which of these paths still hold something. */
export function leftovers(paths: readonly string[]): Fact<Leftovers> {
  return { family, key: paths.join(' ') }
}

/** One line per leftover, such as `link cni0`; empty when nothing is left. */
export function leftoverLines(found: Leftovers): string[] {
  return Object.entries(KINDS).flatMap(([kind, key]) => found[key].map((name) => `${kind} ${name}`))
}

function parseLeftovers(output: string): Leftovers {
  const of = (kind: string) =>
    output
      .split('\n')
      .flatMap((line) => (line.startsWith(`${kind} `) ? [textOf(line.slice(kind.length + 1))] : []))
  return {
    processes: of('process'),
    mounts: of('mount'),
    links: of('link'),
    namespaces: of('netns'),
    rules: of('rules'),
    ipsets: of('ipset'),
    paths: of('path'),
  }
}
