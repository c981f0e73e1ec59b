import { joinSh, rawSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Fact, FactFamily } from './fact.ts'

/** What K3s leaves on a host beside files, each by a name that says what it is: `link cni0`, `mount /run/k3s/…`. */
export interface Leftovers {
  processes: readonly string[]
  mounts: readonly string[]
  links: readonly string[]
  namespaces: readonly string[]
  /** iptables lines of Kubernetes, CNI and flannel, counted by table command. */
  rules: readonly string[]
  /** Sets of addresses that Kubernetes made, where a program on the host can tell. */
  ipsets: readonly string[]
  /** Of the paths asked for, those where something besides users' data is; an empty folder that is a mount point does not count. */
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

/** Everything of K3s on a host, and which of these paths hold something. */
export function leftovers(paths: readonly string[]): Fact<Leftovers> {
  return { family, key: paths.join(' ') }
}

/** All of it as lines for people; none means that nothing is left. */
export function leftoverLines(found: Leftovers): string[] {
  return Object.entries(KINDS).flatMap(([kind, key]) => found[key].map((name) => `${kind} ${name}`))
}

function parseLeftovers(output: string): Leftovers {
  const of = (kind: string) =>
    output.split('\n').flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []))
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
