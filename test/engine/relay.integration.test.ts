import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { relayKey } from '../../src/commands/relay-key.ts'
import { artifact } from '../helpers/test-cluster.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type FleetOutcome, type RelayFleet, relayFleet, runFiles } from '../transport/helpers/relay-fleet.ts'
import { until } from '../transport/helpers/wait.ts'

const SIZE = 9 * 1024 * 1024 + 12_345
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
  fleet = relayFleet(sshd, 4)
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

it('four hosts get a file that is sent once, and nothing is left', async () => {
  const outcome = await fleet.run(DATA, BIG)
  await expectDelivered(outcome)
  expect(bytesSent(outcome)).toBe(SIZE)
  expect(outcome.relayed).toHaveLength(3)
  expect(outcome.events).toContainEqual({
    event: 'delivery',
    here: SIZE,
    between: 3 * SIZE,
    files: [{ file: 'big.bin', size: SIZE, to: ['h1', 'h2', 'h3', 'h4'], from: [] }],
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
  const outcome = await fleet.run(DATA, BIG, { relay: null })
  await expectDelivered(outcome)
  expect(bytesSent(outcome)).toBe(4 * SIZE)
  expect(outcome.events.filter(({ event }) => event === 'delivery' || event === 'relay')).toEqual([])
})

/** Replaces a part of what hosts run; it must be there in some script of the run. */
function editing(...pairs: [from: string, to: string][]) {
  const unused = new Set(pairs.map(([from]) => from))
  return {
    edit: (script: string) =>
      pairs.reduce((text, [from, to]) => {
        if (text.includes(from)) unused.delete(from)
        return text.replaceAll(from, to)
      }, script),
    check: () => expect([...unused], 'parts that are in no script').toEqual([]),
  }
}

const SERVE = 'exec tail -c "+$(($3 + 1))" -- "$path"'
const PATIENCE = 'timeout --foreground 10 dd'
const HASTY = 'timeout --foreground 1 dd'

it.each<{ what: string; edits: [string, string][]; why: string }>([
  {
    what: 'sends something else',
    edits: [[SERVE, `exec head -c ${SIZE} /dev/zero`]],
    why: 'it sent something else',
  },
  { what: 'sends without end', edits: [[SERVE, 'exec cat /dev/zero']], why: 'it sent something else' },
  { what: 'sends too little', edits: [[SERVE, 'exec head -c 100000 -- "$path"']], why: 'it stopped sending' },
  {
    what: 'sends nothing and does not end',
    edits: [
      [SERVE, 'exec sleep 600'],
      [PATIENCE, HASTY],
    ],
    why: 'it stopped sending',
  },
  {
    what: 'talks without end instead',
    edits: [
      [SERVE, 'exec yes chatter >&2'],
      [PATIENCE, HASTY],
    ],
    // under load it has not even begun
    why: '(chatter|it stopped sending)',
  },
  { what: 'lost the file', edits: [[SERVE, ':']], why: 'the file is not there any more' },
  {
    what: 'has another host key',
    edits: [[`printf 'door %s\\n' "$8"`, 'printf "door ssh-ed25519 %s\\n" AAAA']],
    why: 'Host key verification failed.',
  },
  {
    what: 'does not answer',
    edits: [['Port $7', 'Port 1']],
    why: 'ssh: connect to host .* port 1: Connection refused',
  },
  {
    what: 'lets nobody in',
    edits: [['restrict,command', 'from="192.0.2.254",restrict,command']],
    why: '.*Permission denied.*',
  },
  {
    what: 'is reached by hosts without ssh',
    edits: [['command -v ssh', 'command -v no-ssh']],
    why: 'there is no ssh',
  },
])('when a source $what, hosts get the file from here, and are told why', async ({ edits, why }) => {
  const { edit, check } = editing(...edits)
  const outcome = await fleet.run(DATA, BIG, { edit })
  check()
  await expectDelivered(outcome)
  const failures = outcome.relayed.filter((line) => line.includes(' x '))
  expect(failures.length).toBeGreaterThan(0)
  for (const line of failures) expect(line).toMatch(new RegExp(`^h\\d x h\\d: ${why}$`))
})

it('the key is in no argument and no environment, and gone at the end', async () => {
  const key = relayKey()
  const [, line = ''] = key.private.reveal().split('\n')
  const seen = { argv: 0, file: 0 }
  let fetching = ''
  const outcome = await fleet.run(DATA, BIG, {
    relay: () => key,
    onEvent: (event) => {
      if (event.event === 'relay' && event.state === 'fetching') fetching = event.host
      if (event.event !== 'progress' || event.host !== fetching) return
      for (const text of everyProcess()) if (text.includes(line)) seen.argv += 1
      if (runFiles(fleet, fetching).includes('fetch')) seen.file += 1
    },
  })
  await expectDelivered(outcome)
  expect(seen).toEqual({ argv: 0, file: expect.any(Number) })
  expect(seen.file).toBeGreaterThan(0)
})

/** The arguments and environments of all processes but this one. */
function everyProcess(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  return pids.flatMap((pid) =>
    ['cmdline', 'environ'].flatMap((file) => {
      try {
        return [readFileSync(`/proc/${pid}/${file}`, 'latin1')]
      } catch {
        return []
      }
    }),
  )
}

it('a source that does not end after the last byte holds nobody up', async () => {
  const { edit, check } = editing([SERVE, `tail -c "+$(($3 + 1))" -- "$path"; exec sleep 600`])
  const outcome = await fleet.run(DATA, BIG, { edit })
  check()
  expect(bytesSent(outcome)).toBe(SIZE)
  await expectDelivered(outcome)
})

it('where no host can serve, all get the file from here at once', async () => {
  const { edit, check } = editing(['/usr/sbin/sshd', '/no/sshd'])
  const outcome = await fleet.run(DATA, BIG, { edit })
  check()
  await expectDelivered(outcome)
  expect({ sent: bytesSent(outcome), relayed: outcome.relayed }).toEqual({ sent: 4 * SIZE, relayed: [] })
  const reasons = outcome.events.flatMap((event) => (event.event === 'no-relay' ? [event.why] : []))
  expect(new Set(reasons)).toEqual(new Set(['there is no /no/sshd']))
})

const GUARD = '"$away" -lt 30'
const END = /\ncvh_close_door$/

it('a door stays open as long as its run holds the lock', async () => {
  const { edit, check } = editing([GUARD, '"$away" -lt 1'])
  const outcome = await fleet.run(DATA, BIG, { edit })
  check()
  expect(bytesSent(outcome)).toBe(SIZE)
  await expectDelivered(outcome)
})

it('a door closes itself when its run is gone', async () => {
  const { edit, check } = editing([GUARD, '"$away" -lt 1'])
  const outcome = await fleet.run(DATA, BIG, { edit: (script) => edit(script).replace(END, '\n:') })
  check()
  await until(
    'the doors to close',
    () => fleet.hosts.every((host) => runFiles(fleet, host).length === 0),
    30_000,
  )
  await expectDelivered(outcome)
})

it('what a killed run left is ended by the next one, which plans that', async () => {
  await fleet.run(DATA, BIG, { edit: (script) => script.replace(END, '\n:') })
  const open = fleet.hosts.filter((host) => runFiles(fleet, host).includes('relay'))
  expect(open.length).toBeGreaterThan(0)
  await until('the end of all sessions', () => fleet.hosts.every(noSession))
  const outcome = await fleet.run(DATA, BIG)
  await expectDelivered(outcome)
  const planned = outcome.events.flatMap((event) =>
    event.event === 'planned' && event.step === 'old-relay' && event.changes.length > 0 ? [event.host] : [],
  )
  expect(planned.toSorted()).toEqual(open)
})

/** Whether the session that took the lock of a host is gone. */
function noSession(host: string): boolean {
  const [holder = ''] = readFileSync(fleet.at(host, 'run.lock'), 'utf8').split(' ')
  return !existsSync(`/proc/${holder}`)
}

it('Ctrl-C ends what hosts fetch, and the next run continues it', async () => {
  const stop = new AbortController()
  let fetching = ''
  const stopped = await fleet.run(DATA, BIG, {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.event === 'relay' && event.state === 'fetching') fetching = event.host
      if (event.event === 'progress' && event.host === fetching) stop.abort()
    },
  })
  expect(stopped.report).toMatchObject({ ok: false, interrupted: true })
  await expectClean()
  const outcome = await fleet.run(DATA, BIG)
  await expectDelivered(outcome)
  expect(bytesSent(outcome)).toBe(0)
})
