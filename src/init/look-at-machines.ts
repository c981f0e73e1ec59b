import pLimit from 'p-limit'
import { atHost } from '../engine/at-host.ts'
import { probe } from '../engine/probe.ts'
import type { ConvecthubError } from '../errors.ts'
import { type Addresses, addresses } from '../facts/addresses.ts'
import { type Gpu, gpu } from '../facts/gpu.ts'
import { type System, system } from '../facts/system.ts'
import { isInterrupt } from '../fleet/ask-secrets.ts'
import { MAX_FORKS } from '../fleet/common-options.ts'
import { connect } from '../transport/connect.ts'
import type { Shared } from '../transport/shared.ts'
import type { Target } from '../transport/target.ts'
import { stopped } from '../ui/ask.ts'

/** The facts that `init` gathers from a machine. */
export interface Seen {
  addresses: Addresses
  gpu: Gpu
  system: System
}

/** Inspects all machines without changing them. The result for a machine that fails is its error. Error: INTERRUPTED. */
export async function lookAtMachines(
  targets: Iterable<Target>,
  shared: Shared,
): Promise<Map<string, Seen | ConvecthubError>> {
  const limit = pLimit(MAX_FORKS)
  const seen = [...targets].map((target) =>
    limit(async (): Promise<[string, Seen | ConvecthubError]> => [target.host, await look(target, shared)]),
  )
  return new Map(await Promise.all(seen))
}

async function look(target: Target, shared: Shared): Promise<Seen | ConvecthubError> {
  try {
    const connection = await connect(target, shared)
    try {
      const facts = await probe(connection, [addresses, gpu, system])
      return { addresses: facts.get(addresses), gpu: facts.get(gpu), system: facts.get(system) }
    } finally {
      connection.close()
    }
  } catch (error) {
    if (isInterrupt(error)) throw stopped()
    return atHost(error, target.host, 'look')
  }
}
