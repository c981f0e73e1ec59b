import { spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { addresses } from '../../src/facts/addresses.ts'
import { apt } from '../../src/facts/apt.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { command } from '../../src/facts/command.ts'
import { type Fact, type Facts, makeProbe } from '../../src/facts/fact.ts'
import { file } from '../../src/facts/file.ts'
import { gpu } from '../../src/facts/gpu.ts'
import { jobs } from '../../src/facts/jobs.ts'
import { leftovers } from '../../src/facts/leftovers.ts'
import { loginPage } from '../../src/facts/login-page.ts'
import { node } from '../../src/facts/node.ts'
import { owned } from '../../src/facts/owned.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { listeningPorts } from '../../src/facts/ports.ts'
import { recordedPackages } from '../../src/facts/recorded-packages.ts'
import { release } from '../../src/facts/release.ts'
import { system } from '../../src/facts/system.ts'
import { unit } from '../../src/facts/unit.ts'
import { eachLine } from '../../src/transport/line-reader.ts'
import { random, seed } from '../helpers/random.ts'
import { hostileText } from './hostile-text.ts'
import { type HostileTree, hostileTree, MOUNTED, PLACES, type Place, type Texts } from './hostile-tree.ts'

/** CVH_FUZZ=5000 gives 100,000 texts: one for each place in each run. */
const RUNS = Number(process.env.CVH_FUZZ ?? 30)
vi.setConfig({ testTimeout: 60_000 + RUNS * 2000 })

const PAGE = loginPage({ scheme: 'http', port: 80, iface: 'eth1' })
const NODE = node('host1')
const UNIT = unit('k3s.service')
const PORTS = listeningPorts([
  { protocol: 'tcp', number: 80 },
  { protocol: 'tcp', number: 22 },
  { protocol: 'tcp', number: 6443 },
  { protocol: 'udp', number: 8472 },
])
const LEFT = leftovers(['/etc/rancher'])
const ASKED: readonly Fact<unknown>[] = [
  ...[
    system,
    addresses,
    apt,
    command('curl'),
    file('/etc/machine-id'),
    gpu,
    LEFT,
    PAGE,
    NODE,
    owned,
    clusterData,
  ],
  ...[installedPackage('conntrack'), recordedPackages, PORTS, release, UNIT, jobs],
]

let tree: HostileTree
beforeAll(() => {
  tree = hostileTree()
})
afterAll(() => tree?.remove())

/** Asks the tree everything, as a host is asked, and reads the answer as it is read. */
async function askAll(): Promise<Facts> {
  const questions = makeProbe(ASKED)
  const mounts = MOUNTED.map((path) => `mount --bind ${tree.folder}/${path} /${path}`)
  const script = `${mounts.join(' && ')} || exit 99\nPATH=${tree.folder}/bin:$PATH\n${questions.script.reveal()}`
  const { stdout, status } = spawnSync('unshare', [...USER, '-m', 'dash', '-c', script], {
    env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    maxBuffer: 1 << 28,
  })
  expect(status).toBe(0)
  const lines: string[] = []
  const stream = new PassThrough()
  eachLine(stream, (line) => lines.push(line))
  stream.end(stdout)
  await new Promise((done) => stream.on('close', done))
  return questions.read(lines.join('\n'))
}

/** Mounting takes root, or a user namespace of one's own. */
const USER = process.getuid?.() === 0 ? [] : ['-r']

/** All that is told, without what is somebody else's text by right. */
function withoutTexts(facts: Facts) {
  const { os, ...rest } = facts.get(system)
  const left = facts.get(LEFT)
  const { labels: _labels, ...state } = facts.get(NODE) ?? { labels: {} }
  return {
    system: { ...rest, os: { ...os, name: '' } },
    eth1: facts.get(addresses).interfaces.get('eth1'),
    defaultInterface: facts.get(addresses).defaultInterface,
    apt: { present: facts.get(apt).present, broken: facts.get(apt).broken !== '' },
    curl: facts.get(command('curl')),
    file: facts.get(file('/etc/machine-id')),
    gpu: { ...facts.get(gpu), driver: '' },
    left: {
      processes: left.processes.map((line) => line.split(' ')[0]),
      mounts: left.mounts.length,
      links: left.links.filter((link) => link === 'cni0').length,
      linkCount: left.links.length,
      namespaces: left.namespaces.length,
      rules: left.rules,
      paths: left.paths,
    },
    page: facts.get(PAGE).status,
    node: state,
    owned: facts.get(owned),
    clusterData: facts.get(clusterData),
    package: facts.get(installedPackage('conntrack')),
    recorded: facts.get(recordedPackages),
    ports: [...facts.get(PORTS).keys()],
    sshd: facts.get(PORTS).get('tcp 22'),
    k3s: facts.get(PORTS).get('tcp 6443')?.k3s,
    release: { ...facts.get(release), description: '' },
    unit: facts.get(UNIT),
    jobs: facts.get(jobs).map(({ name, digest }) => ({ name, digest })),
  }
}

/** Every text in a value, as JSON shows it. */
function texts(facts: Facts): string {
  return JSON.stringify(
    ASKED.map((fact) => facts.get(fact)),
    (_key, value) => (value instanceof Map ? [...value] : value),
  )
}

const HARMLESS = Object.fromEntries(PLACES.map((place) => [place, 'x'])) as Texts

/** What a place can hold at all. */
const LIMITS: Partial<Record<Place, (text: string) => string>> = {
  'process name': (text) => text.replaceAll('\0', '').slice(0, 15),
  'name of a process that listens': (text) => text.replaceAll('\0', '').slice(0, 15),
  // the kernel takes no newline there, so that this file can be read
  'cgroup path': (text) => text.replaceAll(/[\n\0/]/g, ''),
  // by dev_valid_name() of the kernel
  'interface name': (text) => text.replaceAll(/[\s/\0:]/g, '').slice(0, 15) || 'x',
  'name of a bridge port': (text) => text.replaceAll(/[\s/\0:]/g, '').slice(0, 15) || 'x',
  environment: (text) => text.replaceAll('\0', ''),
  // a line of its own there is a line of the file
  'os-release': (text) => text.replaceAll(/[\n\0]/g, ''),
  'package version': (text) => text.replaceAll(/[\s\0]/g, '') || 'x',
  'unit property': (text) => text.replaceAll(/[\n\0]/g, ''),
  'NVIDIA version': (text) => text.replaceAll(/[\n\0]/g, ''),
  'node name': (text) => (text === 'host1' ? 'x' : text),
}

it(`no text in any place changes another fact, or is unprintable afterwards (seed ${seed}; CVH_SEED=N repeats it)`, async () => {
  const next = random()
  tree.fill(HARMLESS)
  const before = withoutTexts(await askAll())
  expect(before).toMatchObject({
    page: 200,
    node: { ready: true },
    unit: { inputs: 'good', active: 'active' },
    owned: { files: ['/usr/local/bin/k3s'] },
    ports: ['tcp 22', 'tcp 80', 'tcp 6443'],
    sshd: { name: 'sshd', k3s: false },
    k3s: true,
    recorded: [{ name: 'conntrack' }],
    jobs: [{ name: 'packages' }],
  })
  for (let run = 0; run < RUNS; run++) {
    const filled = Object.fromEntries(
      PLACES.map((place) => [place, (LIMITS[place] ?? String)(hostileText(next))]),
    ) as Texts
    tree.fill(filled)
    const facts = await askAll()
    expect(withoutTexts(facts), JSON.stringify(filled)).toEqual(before)
    expect(texts(facts)).not.toMatch(
      /\\u00(0[0-8b-f]|1.|7f|[89].)|[\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/i,
    )
  }
})
