import type { ErrorCode } from '../error-codes.ts'
import { type ConvecthubError, ConvecthubErrors, type Origin } from '../errors.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { Secret } from '../secret.ts'
import type { Cluster, ClusterHost } from './cluster.ts'
import { clusterProblem } from './cluster-problem.ts'
import { portClashes } from './hub-ports.ts'
import { ofOneLine } from './of-one-line.ts'
import { readSettings, textsOf } from './read-settings.ts'
import { inRegistry, roleProblems, rolesOf } from './roles.ts'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from './variables.ts'

const PORTS = CLUSTER_VARIABLES.pick({ http_port: true, https_port: true })

/** DNS subdomain names (RFC 1123), as Kubernetes has them for nodes; the case does not matter here. */
const NODE_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

type Addresses = ReadonlyMap<string, { address: string; port: number }>

/**
 * Builds a cluster from an inventory: takes roles from groups, checks and types the settings. `addresses` maps each
 * host's name to the address and port that ssh connects to. Throws ConvecthubErrors with all problems at once:
 * NO_HOSTS, BAD_VALUE, NO_ROLE, NO_DRIVER, SAME_ADDRESS, BAD_NAME, SAME_NAME, DIFFERS, PORT_CLASH, and those of
 * resolveText.
 */
export function buildCluster(inventory: Inventory, addresses: Addresses): Cluster {
  const errors: ConvecthubError[] = []
  const all = [...inventory.hosts.values()]
  const hosts = all.flatMap((host) => readHost(host, addresses, errors) ?? [])
  const lead = all.find((host) => rolesOf(host)[0] === 'driver')
  if (all.length === 0)
    errors.push(
      clusterProblem('NO_HOSTS', 'the inventory has no host', undefined, 'add a line for each machine'),
    )
  errors.push(...roleProblems(inventory))
  for (const { first, names, many } of ofOneLine(all.filter(({ name }) => !NODE_NAME.test(name))))
    errors.push(
      clusterProblem(
        'BAD_NAME',
        `${names} cannot be ${many ? 'names of K3s nodes' : 'the name of a K3s node'}`,
        first.origin,
        'letters, digits, - and . only; write the address as ansible_host=…',
      ),
    )
  unique(all, errors, 'SAME_ADDRESS', 'are both at', 'each machine needs an address of its own', (host) => {
    const at = addresses.get(host.name)
    return at ? `${at.address}:${at.port}` : host.name
  })
  unique(
    all,
    errors,
    'SAME_NAME',
    'would both be the node',
    'names must differ by more than case',
    ({ name }) => name.toLowerCase(),
  )
  const settings = lead && readSettings(CLUSTER_VARIABLES, lead, errors, allVars(inventory))
  if (lead) sameEverywhere(inventory, lead, errors)
  // read separately, so that clashes are found even when another setting is wrong
  const ports = lead && readSettings(PORTS, lead, [])
  if (lead && ports) errors.push(...portClashes(lead, ports, all, ({ name }) => addresses.get(name)?.port))
  const drivers = hosts.filter(({ role }) => role === 'driver')
  if (errors.length > 0 || !settings || !drivers[0]) throw new ConvecthubErrors(errors)
  return {
    name: inventoryName(inventory),
    hosts,
    drivers,
    workers: hosts.filter(({ role }) => role === 'worker'),
    lead: drivers[0],
    rounds: drivers.map((driver) => [driver]),
    registry: hosts.find(({ name }) => name === inRegistry(all)[0]?.name),
    token: new Secret(settings.convect_token),
    workdir: settings.convect_workdir,
    jhubConfigPath: settings.jhub_config_path,
    bundleKey: settings.bundle_key,
    hubAdmins: settings.hub_admins ?? [],
    httpPort: settings.http_port,
    httpsPort: settings.https_port,
  }
}

/** The line under which settings of the whole cluster stand. */
function allVars({ texts }: Inventory): Origin | undefined {
  for (const [file, text] of texts) {
    const index = text.split(/\r\n|\n|\r/).findIndex((line) => /^\s*\[all:vars\]/.test(line))
    if (index >= 0) return { file, line: index + 1, column: 1 }
  }
  return undefined
}

/** The name that reset asks the user to type: the file's name without folder and extension. */
function inventoryName({ sources }: Inventory): string {
  const base = (sources[0] ?? '').split('/').filter(Boolean).at(-1) ?? ''
  return base.replace(/\.[^.]+$/, '') || 'inventory'
}

function readHost(host: Host, addresses: Addresses, errors: ConvecthubError[]): ClusterHost | undefined {
  const [role] = rolesOf(host)
  const settings = readSettings(HOST_VARIABLES, host, errors)
  const nodeName = host.name.toLowerCase()
  const address = addresses.get(host.name)?.address ?? host.name
  return (
    role &&
    settings && {
      name: host.name,
      nodeName,
      role,
      origin: host.origin,
      settings,
      address,
    }
  )
}

/** Reports every host whose `value` another host has as well. */
function unique(
  hosts: readonly Host[],
  errors: ConvecthubError[],
  code: ErrorCode,
  what: string,
  hint: string,
  value: (host: Host) => string,
): void {
  const seen = new Map<string, Host>()
  for (const host of hosts) {
    const key = value(host)
    const other = seen.get(key)
    if (other)
      errors.push(clusterProblem(code, `${host.name} and ${other.name} ${what} ${key}`, host.origin, hint))
    else seen.set(key, host)
  }
}

/** Reports settings of the whole cluster that differ between hosts: each would only be applied in part. */
function sameEverywhere(inventory: Inventory, lead: Host, errors: ConvecthubError[]): void {
  for (const name of Object.keys(CLUSTER_VARIABLES.shape)) {
    const written = ({ vars }: Host) => {
      const setting = vars.get(name)
      return (
        setting &&
        textsOf(name, setting)
          .map(({ raw }) => raw)
          .join(',')
      )
    }
    const other = [...inventory.hosts.values()].find((host) => written(host) !== written(lead))
    if (!other) continue
    const origin = (other.vars.get(name) ?? lead.vars.get(name))?.origin
    errors.push(
      clusterProblem(
        'DIFFERS',
        `${name} is not the same for ${lead.name} and ${other.name}`,
        origin,
        `it is a setting of the whole cluster: put it under [all:vars]`,
      ),
    )
  }
}
