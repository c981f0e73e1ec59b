import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { artifact } from '../helpers/test-cluster.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type FleetOutcome, type RelayFleet, relayFleet, runFiles } from '../transport/helpers/relay-fleet.ts'
import { until } from '../transport/helpers/wait.ts'

const SIZE = 24 * 1024 * 1024 + 12_345
const DATA = randomBytes(SIZE)
const SHA256 = createHash('sha256').update(DATA).digest('hex')
const BIG = artifact('big.bin', { size: SIZE, sha256: SHA256 })
vi.setConfig({ testTimeout: 120_000 })

let sshd: RealSshd
let fleet: RelayFleet
beforeAll(async () => {
  sshd = await realSshd()
})
afterAll(() => sshd?.stop())
beforeEach(() => {
  fleet = relayFleet(sshd, 5)
})
afterEach(() => fleet.remove())

const copyOf = (host: string) => fleet.at(host, 'state', 'files', 'big.bin')
const digestOf = (host: string) =>
  createHash('sha256')
    .update(readFileSync(copyOf(host)))
    .digest('hex')
const bytesSent = ({ sent }: FleetOutcome) => Object.values(sent).reduce((sum, bytes) => sum + bytes, 0)

/** Every host has the file, and nothing of the relay is left. */
async function expectDelivered({ report }: FleetOutcome): Promise<void> {
  expect(report.hosts.flatMap(({ errors }) => errors)).toEqual([])
  expect(report.ok).toBe(true)
  expect(new Set(fleet.hosts.map(digestOf))).toEqual(new Set([SHA256]))
  await expectClean()
}

async function expectClean(): Promise<void> {
  expect(fleet.hosts.flatMap((host) => runFiles(fleet, host))).toEqual([])
  await until('the end of all that serves or fetches', () => fleet.processes().length === 0)
}

it('five hosts get a file that is sent once, and nothing is left', async () => {
  const outcome = await fleet.run(DATA, BIG)
  await expectDelivered(outcome)
  expect(bytesSent(outcome)).toBe(SIZE)
  expect(outcome.relayed).toHaveLength(4)
  expect(outcome.events).toContainEqual({
    event: 'delivery',
    here: SIZE,
    between: 4 * SIZE,
    files: [{ file: 'big.bin', size: SIZE, to: ['h1', 'h2', 'h3', 'h4', 'h5'], from: [] }],
  })
})

it('hosts that have the file serve it to a new one', async () => {
  await fleet.run(DATA, BIG)
  writeFileSync(copyOf('h3'), 'something else')
  const outcome = await fleet.run(DATA, BIG)
  await expectDelivered(outcome)
  expect(bytesSent(outcome)).toBe(0)
  expect(outcome.relayed).toEqual([expect.stringMatching(/^h3 < h\d$/)])
})

it('without the relay every host gets it from here', async () => {
  const outcome = await fleet.run(DATA, BIG, { relay: false })
  await expectDelivered(outcome)
  expect(bytesSent(outcome)).toBe(5 * SIZE)
  expect(outcome.events.filter(({ event }) => event === 'delivery' || event === 'relay')).toEqual([])
})
