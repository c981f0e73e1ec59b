import { addresses } from '../facts/addresses.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { Delivery } from './delivery.ts'
import { closeDoor, openSource } from './door.ts'
import type { HostRun } from './host-run.ts'
import { type DeliveryPlan, type HostPlan, planDelivery } from './plan-delivery.ts'
import type { Fleet } from './plan-step.ts'
import type { Relay, RelayKey } from './relay.ts'
import type { RunOptions } from './run-options.ts'

/** Plans what goes from host to host, and emits that; undefined when nothing does. */
export function planRelays(
  plans: readonly HostPlan[],
  fleet: Fleet,
  options: RunOptions,
): Relays | undefined {
  const { hosts, relay, emit } = options
  if (!relay) return undefined
  const facts = new Map(
    hosts.flatMap(({ name }) => {
      const at = fleet.get(name)
      return at?.facts && !at.gone ? [[name, at.facts]] : []
    }),
  )
  const plan = planDelivery(plans, facts)
  if (plan.files.length === 0) return undefined
  const { here, between } = plan
  const files = plan.files.map(({ artifact: { name, size }, to, from }) => {
    return { file: name, size, to, from: from.map(({ host }) => host) }
  })
  emit({ event: 'delivery', here, between, files })
  return new Relays(plan, relay(), options)
}

/** The files that go from host to host in one run. */
export class Relays {
  readonly #plan: DeliveryPlan
  readonly #key: RelayKey
  readonly #options: RunOptions
  readonly #delivery: Delivery

  constructor(plan: DeliveryPlan, key: RelayKey, options: RunOptions) {
    const wanted = new Map(plan.files.map(({ artifact, to }) => [artifact.sha256, to]))
    this.#plan = plan
    this.#key = key
    this.#options = options
    this.#delivery = new Delivery(wanted, options.signal)
  }

  /** Whether every host has what it wanted, or is out of the run. */
  get over(): boolean {
    return this.#delivery.over
  }

  /** What this host needs to take part. */
  of({ host, facts }: HostRun): Relay {
    const known = facts?.has(addresses) ? nodeAddress(host, facts.get(addresses)) : undefined
    return { delivery: this.#delivery, key: this.#key, address: known?.ip }
  }

  /** Opens the doors of hosts that have files already. */
  async open(fleet: Fleet): Promise<void> {
    const offers = this.#plan.files.flatMap(({ artifact: { sha256 }, from }) =>
      from.map(({ host, path }) => ({ host, sha256, path })),
    )
    const opening = [...new Set(offers.map(({ host }) => host))].map(async (name) => {
      const at = fleet.get(name)
      const files = offers.filter(({ host }) => host === name)
      if (at?.connection) await openSource(at.connection, this.of(at), files, this.#options)
    })
    await Promise.all(opening)
  }

  /** A host does no more steps. */
  leave({ host }: HostRun): void {
    this.#delivery.leave(host.name)
  }

  /** Closes a host's door, if it has opened one. */
  async close({ host, connection }: HostRun): Promise<void> {
    if (connection && this.#delivery.shut(host.name)) await closeDoor(connection)
  }
}
