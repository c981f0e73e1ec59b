import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import { REGISTRY_PORT } from '../cluster/k3s-ports.ts'
import type { Desired, PlanContext } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { system } from '../facts/system.ts'

/** The machine that serves the bundle's images; undefined where the inventory names none, or the bundle has no program. */
export function registryHost({ cluster, bundle }: Desired): ClusterHost | undefined {
  return bundle?.files.some(({ kind }) => kind === 'registry') ? cluster.registry : undefined
}

/** The same as a list of hosts. */
export function registryHosts(desired: Desired): readonly ClusterHost[] {
  const host = registryHost(desired)
  return host ? [host] : []
}

/** The bundle's registry program for this host's architecture. */
export function bundledRegistry({ bundle, facts }: PlanContext): Artifact | undefined {
  const { architecture } = facts.get(system)
  return bundle?.files.find((file) => file.kind === 'registry' && file.architecture === architecture)
}

/** Where the registry answers: `10.0.0.1:5000`. Undefined without one, and when its machine did not answer. */
export function registryAddress(context: PlanContext): string | undefined {
  const host = registryHost(context)
  const facts = host && context.peer(host.name)
  const found = host && facts && nodeAddress(host, facts.get(addresses))
  return found && `${found.ip}:${REGISTRY_PORT}`
}
