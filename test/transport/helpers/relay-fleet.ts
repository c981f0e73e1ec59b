import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Artifact } from '../../../src/artifacts/bundle-lock.ts'
import { relayKey } from '../../../src/commands/relay-key.ts'
import type { EngineEvent } from '../../../src/engine/event.ts'
import type { RelayKey } from '../../../src/engine/relay.ts'
import { run } from '../../../src/engine/run.ts'
import type { RunReport } from '../../../src/engine/run-options.ts'
import type { Step } from '../../../src/engine/step.ts'
import { file } from '../../../src/facts/file.ts'
import { STATE } from '../../../src/layout.ts'
import { rawSh, type Script } from '../../../src/sh.ts'
import { endOldRelay } from '../../../src/steps/old-relay.ts'
import { connect } from '../../../src/transport/connect.ts'
import type { Block, Connection, Result, RunOptions } from '../../../src/transport/connection.ts'
import { testDesired } from '../../helpers/test-cluster.ts'
import { textSource } from '../../helpers/text-source.ts'
import { moved, sharedIn } from './own-places.ts'
import type { RealSshd } from './real-sshd.ts'

export interface FleetRun {
  /** Makes the key; `null` for a run without relay. */
  relay?: (() => RelayKey) | null
  signal?: AbortSignal
  onEvent?: (event: EngineEvent) => void
  /** Changes scripts before a host runs them. */
  edit?: (script: string, host: string) => string
}

export interface FleetOutcome {
  report: RunReport
  events: readonly EngineEvent[]
  /** Bytes that went from here to each host as the content of files. */
  sent: Readonly<Record<string, number>>
  /** `h2 < h1` for each file that a host began to fetch, `h2 x h1: why` for each that it did not get. */
  relayed: readonly string[]
}

/** Several hosts that are all this machine, each with its own folders. */
export interface RelayFleet {
  hosts: readonly string[]
  /** A file in the folder of a host that replaces /var/lib/convecthub or /run/convecthub. */
  at(host: string, ...path: string[]): string
  run(content: Uint8Array, artifact: Artifact, options?: FleetRun): Promise<FleetOutcome>
  /** Pids of all processes that serve or fetch files for these hosts. */
  processes(): number[]
  remove(): void
}

/** Where all hosts get the file. */
export const PLACE = `${STATE}/files/big.bin`

export function relayFleet(sshd: RealSshd, count: number): RelayFleet {
  const folder = mkdtempSync(join(tmpdir(), 'cvh-fleet-'))
  const hosts = Array.from({ length: count }, (_, i) => `h${i + 1}`)
  for (const host of hosts) mkdirSync(join(folder, host), { mode: 0o700 })
  const [driver = '', ...workers] = hosts
  const my_iface = privateInterface()
  const settings = Object.fromEntries(hosts.map((host) => [host, { my_iface }]))
  const desired = testDesired({ drivers: [driver], workers, settings })
  let runs = 0
  return {
    hosts,
    at: (host, ...path) => join(folder, host, ...path),
    processes: () =>
      readdirSync('/proc').flatMap((name) => (commandOf(name).includes(folder) ? [Number(name)] : [])),
    remove: () => rmSync(folder, { recursive: true, force: true }),
    async run(
      content,
      artifact,
      { relay = relayKey, signal = new AbortController().signal, onEvent, edit } = {},
    ) {
      const events: EngineEvent[] = []
      const sent: Record<string, number> = {}
      const report = await run({
        verb: 'provision',
        recipe: [endOldRelay, sendStep(artifact)],
        desired,
        hosts: desired.cluster.hosts,
        connect: async ({ name }) => {
          const home = join(folder, name)
          const connection = await connect(sshd.target({ host: name }), sharedIn(home))
          return atHome(connection, {
            home,
            edit: (text) => edit?.(text, name) ?? text,
            count: (bytes) => {
              sent[name] = (sent[name] ?? 0) + bytes
            },
          })
        },
        source: () => textSource(content),
        relay: relay ?? undefined,
        apply: true,
        forks: count,
        ignore: new Set(),
        owner: `the test in ${folder}, run ${++runs}`,
        signal,
        emit(event) {
          events.push(event)
          onEvent?.(event)
        },
      })
      const relayed = events.flatMap((event) => {
        if (event.event !== 'relay' || event.state === 'waiting') return []
        return event.state === 'fetching'
          ? [`${event.host} < ${event.from}`]
          : [`${event.host} x ${event.from}: ${event.why}`]
      })
      return { report, events, sent, relayed }
    },
  }
}

const sendStep = (artifact: Artifact): Step => ({
  id: 'send',
  title: 'Send the file',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [file(PLACE)],
  plan: ({ facts }) =>
    facts.get(file(PLACE))?.digest === artifact.sha256
      ? []
      : [{ kind: 'upload', sign: '+', title: 'big.bin', artifact, path: PLACE, mode: '644' }],
})

/** A connection to a host whose folders are in `home`, under their usual names for whoever uses it. */
function atHome(
  connection: Connection,
  { home, edit, count }: { home: string; edit(script: string): string; count(bytes: number): void },
): Connection {
  const there = (script: Script) => rawSh(edit(moved(script.reveal(), home)))
  const back = (text: string) => text.replaceAll(`${home}/state`, STATE)
  const asHere = (running: Promise<Result>) =>
    running.then((result) => ({ ...result, output: back(result.output) }))
  const lines = <Options extends RunOptions>(options: Options): Options => {
    const { onLine } = options
    return onLine ? { ...options, onLine: (line: string) => onLine(back(line)) } : options
  }
  async function* counted(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
    for await (const block of blocks) {
      count(block.raw ?? block.size)
      yield block
    }
  }
  return {
    host: connection.host,
    get execs() {
      return connection.execs
    },
    get sudoAsked() {
      return connection.sudoAsked
    },
    close: () => connection.close(),
    run: (script, options) => asHere(connection.run(there(script), lines(options))),
    feed: (script, blocks, { into, ...options }) =>
      asHere(
        connection.feed(there(script), counted(blocks), {
          ...lines(options),
          ...(into && { into: { ...into, file: moved(into.file, home) } }),
        }),
      ),
  }
}

/** An interface with an address that the hosts may use for each other. */
function privateInterface(): string {
  const [found] = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
    addresses.some(({ family, internal }) => family === 'IPv4' && !internal),
  ) ?? ['']
  if (found === '') throw new Error('this machine has no address but 127.0.0.1')
  return found
}

function commandOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : ''
  } catch {
    return ''
  }
}

/** What is in the folder that replaces /run/convecthub on a host. */
export function runFiles(fleet: RelayFleet, host: string): string[] {
  const folder = fleet.at(host, 'run')
  return existsSync(folder) ? readdirSync(folder) : []
}
