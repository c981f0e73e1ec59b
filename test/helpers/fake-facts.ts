import type { Change } from '../../src/engine/change.ts'
import type { Desired, PlanContext, Step } from '../../src/engine/step.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { appArmor } from '../../src/facts/apparmor.ts'
import { apt } from '../../src/facts/apt.ts'
import { clock } from '../../src/facts/clock.ts'
import type { ClusterData } from '../../src/facts/cluster-data.ts'
import { command } from '../../src/facts/command.ts'
import { type Disk, disk } from '../../src/facts/disk.ts'
import type { Fact, Facts } from '../../src/facts/fact.ts'
import { type FileState, file } from '../../src/facts/file.ts'
import { type Gpu, gpu } from '../../src/facts/gpu.ts'
import { type Leftovers, leftovers } from '../../src/facts/leftovers.ts'
import { loginPage } from '../../src/facts/login-page.ts'
import { type Owned, owned } from '../../src/facts/owned.ts'
import { recordedPackages } from '../../src/facts/recorded-packages.ts'
import { type System, system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'
import { hostOf } from './test-cluster.ts'

/** When all fake hosts were probed, ms since 1970. */
export const ASKED_AT = 1_795_462_000_000

/** A key for an answer that counts for all keys of a family. */
export const ANY_KEY = '*'

/** A fact and its answer. */
export type Answer = readonly [fact: Fact<unknown>, value: unknown]

export function is<T>(fact: Fact<T>, value: T): Answer {
  return [fact, value]
}

const key = ({ family, key }: Fact<unknown>) => `${family.id} ${key}`

/** Families whose answer is undefined by default, as on a host where nothing is installed. Others are in EMPTY. */
const ABSENT = ['file', 'package', 'release', 'node', 'command', 'image-store']

/** The data of a machine that has never been part of a cluster. */
export const NO_CLUSTER: ClusterData = {
  datastore: undefined,
  caHash: undefined,
  tokenDigest: undefined,
  nodeIp: undefined,
  server: undefined,
  role: undefined,
  version: undefined,
  standIn: false,
}

/** Default answers of the other families. */
const EMPTY: Readonly<Record<string, unknown>> = {
  unit: { loaded: false, active: 'inactive', enabled: false, inputs: undefined },
  leftovers: { processes: [], mounts: [], links: [], namespaces: [], rules: [], ipsets: [], paths: [] },
  'login-page': { status: 0, title: '' },
  'apt-key': [],
  'registry-certificate': { authority: undefined, server: undefined },
  'registry-store': { archives: [], content: undefined },
  'docker-authorities': new Map(),
  volumes: { count: 0, sizeMiB: undefined },
  'apt-sources': [],
  jobs: [],
  'old-relay': false,
  ports: new Map(),
  'cluster-data': NO_CLUSTER,
}

/** Facts with these answers; a later answer replaces an earlier one. With `asked`, `get` throws for any other fact. */
export function fakeFacts(answers: readonly Answer[], asked?: readonly Fact<unknown>[]): Facts {
  const known = new Map(answers.map(([fact, value]) => [key(fact), value]))
  const listed = asked && new Set(asked.map(key))
  return {
    at: ASKED_AT,
    has: () => true,
    get<T>(fact: Fact<T>): T {
      const name = key(fact)
      if (listed && !listed.has(name)) throw new Error(`the step plans by ${name}, which it does not ask for`)
      if (known.has(name)) return known.get(name) as T
      const any = `${fact.family.id} ${ANY_KEY}`
      if (known.has(any)) return known.get(any) as T
      if (ABSENT.includes(fact.family.id)) return undefined as T
      if (fact.family.id in EMPTY) return EMPTY[fact.family.id] as T
      throw new Error(
        `no answer on ${name}: give one in the test, or a default in test/helpers/fake-facts.ts`,
      )
    },
  }
}

/** A healthy Ubuntu 22.04 without anything of convecthub. */
export function machine(number: number, more: readonly Answer[] = []): Answer[] {
  return [
    is(system, systemOf({ hostname: `m${number}`, machineId: `id${number}` })),
    is(clock, ASKED_AT / 1000),
    is(addresses, { interfaces: new Map([['eth1', [`10.0.0.${number}`]]]), defaultInterface: 'eth1' }),
    is(apt, { present: true, broken: '' }),
    is(appArmor, false),
    ...recordOf(),
    ...['/var/lib/rancher', '/usr/local/bin', '/var/lib/convecthub', '/var/lib/convecthub/bin'].map((path) =>
      is(disk(path), diskOf()),
    ),
    is(gpu, gpuOf()),
    ...['ip', 'setsid', 'flock', 'systemd-run', 'sha256sum'].map((name) =>
      is(command(name), `/usr/bin/${name}`),
    ),
    ...more,
  ]
}

/** convecthub's record on a host. Its packages are installed as dependencies of others. */
export function recordOf(more: Partial<Owned> = {}): Answer[] {
  const record = { files: [], folders: [], packages: [], works: [], data: [], ...more }
  const there = record.packages.map((name) => ({ name, auto: true, essential: false }))
  return [is(owned, record), is(recordedPackages, there)]
}

export function systemOf(more: Partial<System> = {}): System {
  return {
    os: { id: 'ubuntu', like: ['debian'], version: '22.04', name: 'Ubuntu 22.04.5 LTS', codename: 'jammy' },
    kernel: '5.15.0-91-generic',
    architecture: 'amd64',
    cpus: 4,
    memoryMiB: 7936,
    hostname: 'm1',
    machineId: 'id1',
    cgroup: 2,
    systemd: true,
    user: 'vagrant',
    ...more,
  }
}

export function diskOf(more: Partial<Disk> = {}): Disk {
  return { sizeMiB: 50_000, freeMiB: 40_000, mount: '/', options: ['rw'], ...more }
}

export function gpuOf(more: Partial<Gpu> = {}): Gpu {
  return {
    cards: [],
    driver: undefined,
    nouveau: false,
    runtime: false,
    ...more,
  }
}

export function fileOf(more: Partial<FileState> = {}): FileState {
  return { type: 'file', mode: '644', owner: '0:0', size: 1, digest: 'other', ...more }
}

export function leftoversOf(paths: readonly string[], more: Partial<Leftovers> = {}): Answer {
  return is(leftovers(paths), {
    processes: [],
    mounts: [],
    links: [],
    namespaces: [],
    rules: [],
    ipsets: [],
    paths: [],
    ...more,
  })
}

export const running = (name: string, inputs?: string): Answer =>
  is(unit(name), { loaded: true, active: 'active', enabled: true, inputs })

export const page = (scheme: 'http' | 'https', port: number, status: number, iface = ''): Answer =>
  is(loginPage({ scheme, port, iface }), { status, title: 'JupyterHub' })

export const present = (path: string, state: Partial<FileState> = {}): Answer => is(file(path), fileOf(state))

/** The context of a step's plan for a host. Throws when the plan reads a fact that is not in the step's `facts`. */
export function contextOf(
  step: Step,
  desired: Desired,
  name: string,
  answers: Readonly<Record<string, readonly Answer[]>>,
): PlanContext {
  const host = hostOf(desired, name)
  return {
    ...desired,
    host,
    facts: fakeFacts(answers[name] ?? [], step.facts(host, desired)),
    peer: (other) => fakeFacts(answers[other] ?? []),
  }
}

/** A plan as a list of "sign kind title". */
export function shown(changes: readonly Change[]): string[] {
  return changes.map(({ sign, kind, title }) => `${sign} ${kind} ${title}`)
}
