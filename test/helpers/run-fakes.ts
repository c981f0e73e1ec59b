import type { ClusterHost } from '../../src/cluster/cluster.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import { run } from '../../src/engine/run.ts'
import type { RunOptions, RunReport } from '../../src/engine/run-options.ts'
import type { Desired, Step } from '../../src/engine/step.ts'
import { type FakeHost, type FakeHostOptions, fakeHost, unreachable } from './fake-host.ts'
import { testDesired } from './test-cluster.ts'
import { textSource } from './text-source.ts'

export interface FakeRun extends Partial<Omit<RunOptions, 'hosts' | 'recipe' | 'emit'>> {
  recipe: readonly Step[]
  desired?: Desired
  /** The selected hosts. Default: all. */
  only?: readonly string[]
  hosts?: Readonly<Record<string, FakeHostOptions | 'unreachable'>>
  onEvent?: (event: EngineEvent) => void
}

export interface FakeOutcome {
  report: RunReport
  events: readonly EngineEvent[]
  hosts: Readonly<Record<string, FakeHost>>
  /** What the hosts made, as `host: thing`, in the order in which they began. */
  order: readonly string[]
  /** How each step ended: `step on host` → outcome. */
  ended: Readonly<Record<string, string>>
}

/** Runs a recipe of fake steps against fake hosts. */
export async function runFakes({
  recipe,
  only,
  hosts = {},
  onEvent,
  ...more
}: FakeRun): Promise<FakeOutcome> {
  const desired = more.desired ?? testDesired()
  const events: EngineEvent[] = []
  const order: string[] = []
  const fakes: Record<string, FakeHost> = {}
  const world = new Set<string>()
  for (const { name } of desired.cluster.hosts) {
    const options = hosts[name]
    fakes[name] = fakeHost(name, {
      world,
      ...(options !== 'unreachable' && options),
      onEvent: (host, command) => order.push(`${host}: ${command.slice(5)}`),
    })
  }
  const connect = async ({ name }: ClusterHost) => {
    const fake = fakes[name]
    if (!fake) throw new Error(`no fake host ${name}`)
    fake.connects += 1
    if (hosts[name] === 'unreachable') throw unreachable(name)
    return fake.connection
  }
  const options: RunOptions = {
    verb: 'provision',
    recipe,
    desired,
    hosts: desired.cluster.hosts.filter(({ name }) => !only || only.includes(name)),
    connect,
    source: () => textSource(''),
    apply: true,
    forks: 10,
    ignore: new Set(),
    owner: 'the test',
    emit: (event) => {
      events.push(event)
      onEvent?.(event)
    },
    signal: new AbortController().signal,
    ...more,
  }
  const report = await run(options)
  const ended = Object.fromEntries(
    events.flatMap((event) =>
      event.event === 'step' ? [[`${event.step} on ${event.host}`, event.outcome]] : [],
    ),
  )
  return { report, events, hosts: fakes, order, ended }
}

/** All events of one kind. */
export function of<K extends EngineEvent['event']>(
  { events }: FakeOutcome,
  kind: K,
): Extract<EngineEvent, { event: K }>[] {
  return events.filter((event): event is Extract<EngineEvent, { event: K }> => event.event === kind)
}
