import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import { looseCluster } from '../cluster/loose-cluster.ts'
import type { ConvecthubError } from '../errors.ts'
import { selectHosts } from '../inventory/limit/select-hosts.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { throwAll } from '../inventory/problems.ts'
import { Shared } from '../transport/shared.ts'
import type { Target } from '../transport/target.ts'
import { askPassphrase, askPasswords, hostQuestions, unlockKeys } from './ask-secrets.ts'
import { checkFleet, fleetWarnings } from './check-fleet.ts'
import type { CommonOptions } from './common-options.ts'
import { type TargetOptions, withPasswords } from './make-target.ts'
import { type InventoryInput, readInventory, type Warn } from './read-inventory.ts'
import { readableSecrets } from './readable-secrets.ts'

/** What a verb works on. Read and checked before any host is contacted. */
export interface FleetInput extends InventoryInput {
  cluster: Cluster
  /** The hosts that --limit selects. */
  hosts: readonly ClusterHost[]
  targets: ReadonlyMap<string, Target>
  /** Reasons why the hosts do not form a cluster. Empty without `anyInventory`. */
  unfit: readonly ConvecthubError[]
  /** State that all SSH connections of the run share. */
  shared: Shared
}

/** `anyInventory`: the verb treats each host separately, so they need not form a cluster. */
type FleetOptions = CommonOptions & TargetOptions & { anyInventory?: boolean }

/**
 * Reads the inventory, cluster, selection and targets. Throws the problems of all hosts together; `warn` gets what is
 * only doubtful.
 */
export async function readFleet(options: FleetOptions, warn: Warn): Promise<FleetInput> {
  const input = await readInventory(options, warn)
  const { inventory, config } = input
  warn(fleetWarnings(inventory))
  const { unfit, ...checked } = checkFleet(input, options)
  const loose = options.anyInventory && inventory.hosts.size > 0
  throwAll(loose ? checked.errors : [...checked.errors, ...unfit])
  const cluster = checked.cluster ?? looseCluster(inventory, checked.targets)
  warn(readableSecrets(inventory, checked.targets.values()))
  const selection = selectHosts(inventory, options.limit, { files: nodeFiles, cwd: process.cwd() })
  throwAll(selection.strictErrors)
  const names = new Set(selection.hosts)
  const hosts = cluster.hosts.filter(({ name }) => names.has(name))
  const passwords = await askPasswords(options, config?.becomeAskPass)
  const targets = new Map(
    [...checked.targets].map(([name, target]) => [name, withPasswords(target, passwords)]),
  )
  const shared = new Shared(askPassphrase, hostQuestions())
  await unlockKeys(
    hosts.flatMap(({ name }) => targets.get(name) ?? []),
    shared,
  )
  return { ...input, cluster, hosts, targets, unfit, shared }
}
