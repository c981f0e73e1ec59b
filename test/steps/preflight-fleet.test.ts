import { expect, it } from 'vitest'
import type { BundleLock } from '../../src/artifacts/bundle-lock.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { clock } from '../../src/facts/clock.ts'
import { type ListeningPorts, listeningPorts } from '../../src/facts/ports.ts'
import { preflight } from '../../src/steps/preflight.ts'
import { ANY_KEY, type Answer, ASKED_AT, contextOf, is, recordOf } from '../helpers/fake-facts.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { type Known, knownOf } from '../helpers/plan-step.ts'
import { artifact, type ClusterParts, testBundle, testDesired } from '../helpers/test-cluster.ts'

/** The findings of preflight, as "id host: message". */
function found(known: Known = {}, parts: ClusterParts = {}, bundle: BundleLock = testBundle()): string[] {
  const desired = testDesired(parts, { bundle })
  const all = knownOf(desired, known)
  const contexts = desired.cluster.hosts.map(({ name }) => contextOf(preflight, desired, name, all))
  const findings = preflight.check?.(contexts) ?? []
  expect(findings.every(({ hint }) => hint !== '')).toBe(true)
  return findings.map(
    ({ level, id, host, message }) => `${level === 'error' ? '' : level}${id} ${host}: ${message}`,
  )
}

const ports = (...listening: [number, string][]) =>
  is<ListeningPorts>(
    { ...listeningPorts([]), key: ANY_KEY },
    new Map(listening.map(([port, name]) => [`tcp ${port}`, { name, k3s: false }])),
  )
const interfaces = (of: Record<string, string[]>, defaultInterface?: string) =>
  is(addresses, { interfaces: new Map(Object.entries(of)), defaultInterface })
it('refuses a my_iface without an address, and lists the usable interfaces in the hint', () => {
  const desired = testDesired({ settings: { w1: { my_iface: 'eth9' } } })
  const known = knownOf(desired, { w1: [interfaces({ lo: ['127.0.0.1'], ens3: ['10.0.0.2', '10.0.0.3'] })] })
  const [finding] = preflight.check?.([contextOf(preflight, desired, 'w1', known)]) ?? []
  expect(finding).toMatchObject({ id: 'interface', message: 'the interface eth9 has no IPv4 address' })
  expect(finding?.hint).toContain('ens3 (10.0.0.2, 10.0.0.3)')
})

const NO_REGISTRY = '[registry] puts an image registry here, and the bundle has no registry program for amd64'
const REGISTRY_UNIT = '/etc/systemd/system/convecthub-registry.service'

it.each<{ what: string; parts: ClusterParts; d1: Answer[]; found: string[] }>([
  {
    what: 'the API’s port',
    parts: {},
    d1: [ports([6443, 'x'])],
    found: ['port d1: port 6443 is taken by x'],
  },
  { what: 'port 80 when http_port is 9000', parts: { httpPort: 9000 }, d1: [ports([80, 'x'])], found: [] },
  {
    what: 'its own http_port',
    parts: { httpPort: 9000 },
    d1: [ports([9000, 'x'])],
    found: ['port d1: port 9000 is taken by x'],
  },
  { what: 'port 5000 without a registry', parts: {}, d1: [ports([5000, 'x'])], found: [] },
  {
    what: 'the port of the registry',
    parts: { registry: 'd1' },
    d1: [ports([5000, 'x'])],
    found: [`registry d1: ${NO_REGISTRY}`, 'port d1: port 5000 is taken by x'],
  },
  {
    what: 'the port of the registry, our own',
    parts: { registry: 'd1' },
    d1: [ports([5000, 'convecthub-regi']), ...recordOf({ files: [REGISTRY_UNIT] })],
    found: [`registry d1: ${NO_REGISTRY}`],
  },
])('a driver with a program on $what: $found', ({ parts, d1, found: expected }) => {
  expect(found({ d1 }, parts)).toEqual(expected)
})

it.each([
  { what: 'of this architecture', files: [artifact('k3s')], errors: 0 },
  {
    what: 'of another architecture',
    files: [artifact('k3s', { architecture: 'arm64' as const })],
    errors: 2,
  },
  { what: 'for drivers only', files: [artifact('k3s', { roles: ['driver'] })], errors: 1 },
])('a bundle with a K3s $what is an error on $errors hosts', ({ files, errors }) => {
  const told = found({}, {}, { ...testBundle(), files })
  expect(told).toHaveLength(errors)
  expect(told.every((line) => /^bundle \w+: the bundle has no K3s for amd64$/.test(line))).toBe(true)
})

const at = (seconds: number) => [is(clock, ASKED_AT / 1000 + seconds)]
it.each([
  { off: [0, 0, 0], found: [] },
  { off: [0, 10, 30], found: [] },
  { off: [0, 0, 31], found: ["clock w2: the clock is 31 s ahead of the other machines'"] },
  { off: [0, -3600, 5], found: ["clock w1: the clock is 3600 s behind the other machines'"] },
])('clocks that are off by $off: $found', ({ off: [a = 0, b = 0, c = 0], found: expected }) => {
  const known = { d1: at(a), w1: at(b), w2: at(c) }
  expect(found(known, { workers: ['w1', 'w2'] })).toEqual(expected)
})

it.each([
  { off: [0, 86_400], wrong: 'w1' },
  { off: [0, -86_400], wrong: 'w1' },
  { off: [86_400, 0], wrong: 'd1' },
])(
  'when two clocks differ by a day, $off, reports the one that differs from ours',
  ({ off: [a = 0, b = 0], wrong }) => {
    const messages = found({ d1: at(a), w1: at(b) })
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatch(new RegExp(`^clock ${wrong}:`))
  },
)

it('reports an unreadable clock only for its own host', () => {
  const known = { d1: at(0), w1: [is(clock, undefined)], w2: at(0) }
  expect(found(known, { workers: ['w1', 'w2'] })).toEqual(['clock w1: the clock cannot be read'])
})

it.each(['', '1e300', 'Infinity', '-1', '123456789012'])('does not accept %j as a time', (text) => {
  expect(parseFact(clock, text)).toBeUndefined()
})

it('does not report the clock of a host that was asked later than the others', () => {
  const desired = testDesired({ workers: ['w1', 'w2'] })
  const known = knownOf(desired, { w2: at(120) })
  const contexts = desired.cluster.hosts.map(({ name }) => {
    const context = contextOf(preflight, desired, name, known)
    const late = name === 'w2' ? 120_000 : 0
    return { ...context, facts: { ...context.facts, at: ASKED_AT + late } }
  })
  expect(preflight.check?.(contexts)).toEqual([])
})

it('preflight changes nothing', () => {
  const desired = testDesired()
  expect(preflight.plan(contextOf(preflight, desired, 'w1', knownOf(desired)))).toEqual([])
})
