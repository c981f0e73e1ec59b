import type { z } from 'zod'
import { ConvecthubError, ConvecthubErrors, type Origin } from '../errors.ts'
import type { Host, Inventory, Setting } from '../inventory/inventory.ts'
import { resolveText } from '../inventory/resolve-text.ts'
import { Secret } from '../secret.ts'
import type { Cluster, ClusterHost } from './cluster.ts'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from './variables.ts'

/** The inventory's groups for drivers; `master` is the guide's other word. */
const DRIVER_GROUPS = ['driver', 'master']

type Addresses = ReadonlyMap<string, { address: string; port: number }>

/**
 * Reads a cluster out of an inventory: roles from groups, settings checked and typed. `addresses` are those that ssh
 * will connect to. Throws ConvecthubErrors with every problem found: BAD_VALUE, NO_ROLE, NO_DRIVER, SAME_ADDRESS,
 * BAD_NAME, DIFFERS.
 */
export function buildCluster(inventory: Inventory, addresses: Addresses): Cluster {
  const errors: ConvecthubError[] = []
  const hosts = [...inventory.hosts.values()].flatMap((host) => readHost(host, addresses, errors) ?? [])
  const drivers = hosts.filter(({ role }) => role === 'driver')
  const first = drivers[0]
  if (!first && inventory.hosts.size === 0)
    errors.push(problem('NO_HOSTS', 'the inventory has no host', undefined, 'add a line for each machine'))
  else if (!first)
    errors.push(
      problem(
        'NO_DRIVER',
        'no host is in the group `driver`',
        undefined,
        'put the machine that shall lead the cluster under [driver]',
      ),
    )
  sameAddress(hosts, addresses, errors)
  const lead = first && inventory.hosts.get(first.name)
  const settings = lead && readSettings(CLUSTER_VARIABLES, lead, errors)
  if (lead) sameEverywhere(inventory, lead, errors)
  if (errors.length > 0 || !settings || !first) throw new ConvecthubErrors(errors)
  return {
    name: inventoryName(inventory),
    hosts,
    drivers,
    workers: hosts.filter(({ role }) => role === 'worker'),
    registry: hosts.find(({ registry }) => registry),
    token: new Secret(settings.convect_token),
    workdir: settings.convect_workdir,
    jhubConfigPath: settings.jhub_config_path,
    httpPort: settings.http_port,
    httpsPort: settings.https_port,
  }
}

/** What reset wants typed: the file's name without folder and ending. */
function inventoryName({ sources }: Inventory): string {
  const base = (sources[0] ?? '').split('/').filter(Boolean).at(-1) ?? ''
  return base.replace(/\.[^.]+$/, '') || 'inventory'
}

function readHost(host: Host, addresses: Addresses, errors: ConvecthubError[]): ClusterHost | undefined {
  const inGroup = (name: string) => host.groups.includes(name)
  const role = DRIVER_GROUPS.some(inGroup) ? 'driver' : inGroup('worker') ? 'worker' : undefined
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
      registry: inGroup('registry'),
      origin: host.origin,
      settings,
      address,
    }
  )
}

/** Checks a host's variables by a schema; each takes the text as written, with `{{ other }}` filled in. */
function readSettings<S extends z.ZodObject>(
  schema: S,
  host: Host,
  errors: ConvecthubError[],
): z.infer<S> | undefined {
  const texts: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const setting = host.vars.get(name)
    if (setting !== undefined && setting.value !== null) texts[name] = resolveText(host, setting)
  }
  const parsed = schema.safeParse(texts)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues) {
    const name = String(path[0])
    const setting = host.vars.get(name)
    errors.push(badValue(host, name, setting, message))
  }
  return undefined
}

function badValue(host: Host, name: string, setting: Setting | undefined, message: string): ConvecthubError {
  const shown = setting && !/token|pass/.test(name) ? `=${setting.raw ?? String(setting.value)}` : ''
  return problem(
    'BAD_VALUE',
    `${name}${shown}: ${message}`,
    setting?.origin ?? host.origin,
    setting ? `correct ${name}` : `set ${name} under [all:vars]`,
    host.name,
  )
}

function sameAddress(hosts: readonly ClusterHost[], addresses: Addresses, errors: ConvecthubError[]): void {
  const seen = new Map<string, ClusterHost>()
  for (const host of hosts) {
    const at = addresses.get(host.name)
    const key = at ? `${at.address}:${at.port}` : host.name
    const other = seen.get(key)
    if (other)
      errors.push(
        problem(
          'SAME_ADDRESS',
          `${host.name} and ${other.name} are both at ${key}`,
          host.origin,
          'each machine needs an address of its own',
        ),
      )
    else seen.set(key, host)
  }
}

/** A setting of the whole cluster that differs from host to host would be half applied. */
function sameEverywhere(inventory: Inventory, lead: Host, errors: ConvecthubError[]): void {
  for (const name of Object.keys(CLUSTER_VARIABLES.shape)) {
    const wanted = lead.vars.get(name)
    const other = [...inventory.hosts.values()].find(
      (host) => host.vars.get(name) !== wanted && host.vars.get(name)?.raw !== wanted?.raw,
    )
    if (!other) continue
    const origin = other.vars.get(name)?.origin ?? wanted?.origin
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
  code: string,
  message: string,
  origin: Origin | undefined,
  hint: string,
  host?: string,
): ConvecthubError {
  return new ConvecthubError(code, 'inventory', message, {
    hint,
    ...(origin && { origin }),
    ...(host && { host }),
  })
}
