import { buildCluster } from '../cluster/build-cluster.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { clusterWarnings } from '../cluster/cluster-warnings.ts'
import { KNOWN_VARIABLES } from '../cluster/variables.ts'
import { type ConvecthubError, formatOrigin, type Origin } from '../errors.ts'
import { misspeltHosts, unknownVariables } from '../inventory/check-inventory.ts'
import { GROUP_NAME } from '../inventory/finish-inventory.ts'
import type { Inventory, Warning } from '../inventory/inventory.ts'
import { collect } from '../inventory/problems.ts'
import { sourceExcerpts } from '../inventory/source-excerpts.ts'
import { CONNECTION_VARIABLES, connectionSettings } from '../inventory/vars/connection-settings.ts'
import { loadSshConfig } from '../ssh-config/load-ssh-config.ts'
import { localSide } from '../ssh-config/local-side.ts'
import { sshConfigOptions } from '../ssh-config/ssh-config.ts'
import { expandHome, type Target } from '../transport/target.ts'
import { checkJhubConfig } from './check-jhub-config.ts'
import { type KeyUse, keyProblems } from './key-problems.ts'
import { makeTarget, type TargetOptions } from './make-target.ts'
import type { InventoryInput } from './read-inventory.ts'
import type { AskSsh } from './target-from.ts'

/** The cluster and targets of an inventory, with everything that is wrong. */
export interface CheckedFleet {
  cluster: Cluster | undefined
  targets: ReadonlyMap<string, Target>
  /** Errors in the inventory itself, or in how a host is reached. */
  errors: ConvecthubError[]
  /** Reasons why the hosts do not form a cluster, see buildCluster. */
  unfit: ConvecthubError[]
}

/** Builds the cluster and the targets of all hosts. Collects all errors, with the strictErrors of the inventory. */
export function checkFleet({ inventory, config }: InventoryInput, options: TargetOptions): CheckedFleet {
  const errors: ConvecthubError[] = inventory.strictErrors.filter(
    ({ code }) => code !== GROUP_NAME || !config?.anyGroupName,
  )
  const targets = new Map<string, Target>()
  const askSsh = sshAsker()
  const keys: KeyUse[] = []
  for (const host of inventory.hosts.values()) {
    collect(errors, () => {
      const settings = connectionSettings(host)
      const target = makeTarget(host.name, settings, options, config, askSsh)
      targets.set(host.name, target)
      const named = settings.keyFile && expandHome(settings.keyFile)
      const origin = (path: string) => (path === named ? settings.origins.keyFile : undefined)
      for (const { connection, keyFiles } of [target, ...target.jumps])
        if (connection === 'ssh')
          for (const path of keyFiles) keys.push({ path, host: host.name, origin: origin(path) })
    })
  }
  errors.push(...keyProblems(keys))
  const unfit: ConvecthubError[] = []
  const cluster = collect(unfit, () => buildCluster(inventory, targets))
  collect(unfit, () => checkJhubConfig(inventory))
  const { error } = sourceExcerpts(inventory.texts)
  return { cluster, targets, errors: distinct(errors).map(error), unfit: distinct(unfit).map(error) }
}

/** Looks hosts up in ssh's configuration files. Each file is read once. */
function sshAsker(): AskSsh {
  const local = localSide()
  const configOf = onceEach((configFile: string | undefined) => loadSshConfig(local, { configFile }))
  return (host, given) => sshConfigOptions(configOf(given.configFile), { host, given, local })
}

/** Caches the results of a function by its argument. A call that throws is not cached. */
function onceEach<A, T>(act: (argument: A) => T): (argument: A) => T {
  const known = new Map<A, T>()
  return (argument) => {
    if (!known.has(argument)) known.set(argument, act(argument))
    return known.get(argument) as T
  }
}

/** Warnings for what is legal but probably a mistake. Unknown variables are legal: people keep their own. */
export function fleetWarnings(inventory: Inventory): Warning[] {
  const unknown = unknownVariables(inventory, [...KNOWN_VARIABLES, ...CONNECTION_VARIABLES])
  const excerpts = sourceExcerpts(inventory.texts)
  const others = unknown.filter(({ suggestion }) => suggestion === undefined)
  const [own] = others
  return [
    ...unknown.flatMap(({ name, origin, suggestion }) =>
      suggestion
        ? excerpts.warning({ ...unknownWarning([name], origin), hint: `did you mean ${suggestion}?` })
        : [],
    ),
    // a variable of the user's own is nobody's business: its line is not shown
    ...(own
      ? [
          unknownWarning(
            others.map(({ name }) => name),
            own.origin,
          ),
        ]
      : []),
    ...[...misspeltHosts(inventory), ...clusterWarnings(inventory)].map(excerpts.warning),
    ...inventory.warnings,
  ]
}

/** How many unknown variables are named. */
const NAMED = 5

function unknownWarning(names: readonly string[], origin: Origin): Warning {
  const listed = names.slice(0, NAMED).join(', ')
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return {
    code: 'UNKNOWN_VARIABLE',
    message: `convecthub does not know the variable${names.length > 1 ? 's' : ''} ${listed}${more}`,
    origin,
    hint: `take ${names.length > 1 ? 'them' : 'it'} out if nothing else needs ${names.length > 1 ? 'them' : 'it'}`,
  }
}

/** Removes duplicates: a wrong line under [all:vars], or a wrong -e, is one error, not one per host. */
function distinct(errors: readonly ConvecthubError[]): ConvecthubError[] {
  const seen = new Map<string, ConvecthubError>()
  for (const error of errors) {
    const { origin, host } = error.details
    const key = `${error.code} ${error.message} ${origin?.line || origin?.file === '-e' ? formatOrigin(origin) : host}`
    if (!seen.has(key)) seen.set(key, error)
  }
  return [...seen.values()]
}
