import type { z } from 'zod'
import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError, ConvecthubErrors, type Origin } from '../errors.ts'
import type { Host, Inventory, Setting } from '../inventory/inventory.ts'
import { resolveText } from '../inventory/vars/resolve-text.ts'
import { shortened } from '../printable.ts'
import { Secret } from '../secret.ts'
import type { Cluster, ClusterHost } from './cluster.ts'
import { portClashes } from './hub-ports.ts'
import { CLUSTER_VARIABLES, HOST_VARIABLES, LIST_VARIABLES } from './variables.ts'

/** The inventory's groups for drivers; the guide also calls them `master`. */
const DRIVER_GROUPS = ['driver', 'master']

const PORTS = CLUSTER_VARIABLES.pick({ http_port: true, https_port: true })

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
  const lead = all.find((host) => roleOf(host) === 'driver')
  if (all.length === 0)
    errors.push(problem('NO_HOSTS', 'the inventory has no host', undefined, 'add a line for each machine'))
  else if (!lead) {
    const hint = 'put the machine that shall lead the cluster under [driver]'
    errors.push(problem('NO_DRIVER', 'no host is in the group `driver`', undefined, hint))
  }
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
  const settings = lead && readSettings(CLUSTER_VARIABLES, lead, errors)
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
    token: new Secret(settings.convect_token),
    workdir: settings.convect_workdir,
    jhubConfigPath: settings.jhub_config_path,
    hubAdmins: settings.hub_admins ?? [],
    httpPort: settings.http_port,
    httpsPort: settings.https_port,
  }
}

function roleOf({ groups }: Host): ClusterHost['role'] | undefined {
  if (DRIVER_GROUPS.some((name) => groups.includes(name))) return 'driver'
  return groups.includes('worker') ? 'worker' : undefined
}

/** The name that reset asks the user to type: the file's name without folder and extension. */
function inventoryName({ sources }: Inventory): string {
  const base = (sources[0] ?? '').split('/').filter(Boolean).at(-1) ?? ''
  return base.replace(/\.[^.]+$/, '') || 'inventory'
}

function readHost(host: Host, addresses: Addresses, errors: ConvecthubError[]): ClusterHost | undefined {
  const role = roleOf(host)
  const settings = readSettings(HOST_VARIABLES, host, errors)
  if (!role)
    errors.push(
      problem(
        'NO_ROLE',
        `${host.name} is in none of the groups driver and worker`,
        host.origin,
        'put it under [driver] or [worker], or take it out',
      ),
    )
  const nodeName = host.name.toLowerCase()
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(nodeName)) {
    errors.push(
      problem(
        'BAD_NAME',
        `${host.name} cannot be the name of a K3s node`,
        host.origin,
        'letters, digits, - and . only; write the address as ansible_host=…',
      ),
    )
  }
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

/** Checks a host's variables against a schema. Each value is the text as written, with `{{ other }}` filled in. */
function readSettings<S extends z.ZodObject>(
  schema: S,
  host: Host,
  errors: ConvecthubError[],
): z.infer<S> | undefined {
  const texts: Record<string, string> = {}
  let unresolved = false
  for (const name of Object.keys(schema.shape)) {
    const setting = host.vars.get(name)
    if (setting === undefined || setting.value === null) continue
    try {
      texts[name] = textsOf(name, setting)
        .map((each) => resolveText(host, each))
        .join(',')
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      errors.push(error)
      unresolved = true
    }
  }
  const parsed = schema.safeParse(texts)
  if (parsed.success) return unresolved ? undefined : parsed.data
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0])
    const setting = host.vars.get(name)
    if (setting && !(name in texts) && setting.value !== null) continue
    errors.push(badValue(host, name, setting, message))
  }
  return undefined
}

/** Splits a list variable into its items, so that a list and a text with commas mean the same. */
function textsOf(name: string, setting: Setting): Setting[] {
  if (!LIST_VARIABLES.includes(name) || !Array.isArray(setting.value)) return [setting]
  return setting.value.map((value) => ({
    ...setting,
    value,
    raw: typeof value === 'object' ? undefined : String(value),
  }))
}

function badValue(host: Host, name: string, setting: Setting | undefined, message: string): ConvecthubError {
  const shown =
    setting && !setting.secret && !/token|pass/.test(name)
      ? `=${shortened(setting.raw ?? String(setting.value))}`
      : ''
  return problem(
    'BAD_VALUE',
    `${name}${shown}: ${message}`,
    setting?.origin ?? host.origin,
    setting ? `correct ${name}` : `set ${name} under [all:vars]`,
    host.name,
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
    if (other) errors.push(problem(code, `${host.name} and ${other.name} ${what} ${key}`, host.origin, hint))
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
      problem(
        'DIFFERS',
        `${name} is not the same for ${lead.name} and ${other.name}`,
        origin,
        `it is a setting of the whole cluster: put it under [all:vars]`,
      ),
    )
  }
}

function problem(
  code: ErrorCode,
  message: string,
  origin: Origin | undefined,
  hint: string,
  host?: string,
): ConvecthubError {
  return new ConvecthubError(code, message, {
    hint,
    ...(origin && { origin }),
    ...(host && { host }),
  })
}
