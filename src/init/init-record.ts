import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { ClusterHost } from '../cluster/cluster.ts'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../cluster/variables.ts'
import { ConvecthubError } from '../errors.ts'
import { nodeAddress } from '../facts/node-address.ts'
import type { InventoryRecord, SettingRecord } from '../inventory/write-inventory.ts'
import { count } from '../ui/style.ts'
import { HUB_VALUES_FILE } from './hub-values.ts'
import type { Seen } from './look-at-machines.ts'
import type { MachineWish } from './machine-wish.ts'
import type { Wishes } from './wishes.ts'

/** The inventory from the user's answers alone, before any machine is inspected. */
export function newRecord(file: string, { machines, user, keyFile }: Wishes): InventoryRecord {
  return {
    machines: machines.map(({ name, address, port, role, gpu }) => {
      return { name, address, port, role, gpu: gpu ?? false, iface: undefined, notes: [] }
    }),
    user,
    keyFile,
    settings: [token(file), setting('jhub_config_path', HUB_VALUES_FILE)],
    optional: optionalSettings(),
  }
}

/** Adds to a record what was found on the machines: interface, GPU and a note. */
export function completedRecord(
  record: InventoryRecord,
  wishes: readonly MachineWish[],
  hosts: readonly ClusterHost[],
  seen: ReadonlyMap<string, Seen | ConvecthubError>,
): InventoryRecord {
  return {
    ...record,
    machines: record.machines.map((machine) => {
      const look = seen.get(machine.name)
      const host = hosts.find(({ name }) => name === machine.name)
      const wish = wishes.find(({ name }) => name === machine.name)
      if (!look || !host) return machine
      if (look instanceof ConvecthubError)
        return { ...machine, notes: [`Could not be looked at when this was written: ${look.message}`] }
      const cards = look.gpu.cards.length
      return {
        ...machine,
        gpu: wish?.gpu ?? cards > 0,
        iface: nodeAddress(host, look.addresses)?.iface,
        notes: [
          describe(look),
          ...(wish?.gpu === true && cards === 0 ? ['No NVIDIA card was seen on it.'] : []),
        ],
      }
    }),
  }
}

function describe({ system, addresses, gpu }: Seen): string {
  const interfaces = [...addresses.interfaces].map(([name, ips]) => `${name} ${ips.join(' ')}`)
  const memory = `${Math.round(system.memoryMiB / 1024)} GB`
  const cards = gpu.cards.length > 0 ? [count(gpu.cards.length, 'NVIDIA card')] : []
  return [system.os.name, count(system.cpus, 'core'), memory, ...interfaces, ...cards].join(', ')
}

/**
 * The cluster's secret. Keeps that of the file that is replaced, because K3s encrypts the cluster's bootstrap data with
 * it; else makes a new one.
 */
function token(file: string): SettingRecord {
  const old = existsSync(file) ? /^convect_token=(\S+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined
  return setting('convect_token', old ?? randomBytes(24).toString('hex'))
}

/** What to show of the settings without a default. */
const EXAMPLES: Readonly<Record<string, string>> = {
  apt_repo: 'bundle',
  bundle_key: 'AAAAC3NzaC1lZDI1NTE5AAAAI'.padEnd(68, 'A'),
  docker_repo: 'http://mirror.example/linux/ubuntu',
  hub_admins: 'ada,grace',
}

const VARIABLES = { ...CLUSTER_VARIABLES.shape, ...HOST_VARIABLES.shape }

function setting(name: keyof typeof VARIABLES, value: string): SettingRecord {
  return { name, value, meaning: VARIABLES[name].description ?? '' }
}

function optionalSettings(): SettingRecord[] {
  const { convect_token, jhub_config_path, my_iface, has_gpu, ...rest } = VARIABLES
  return Object.entries(rest).map(([name, schema]) => {
    const { data } = schema.safeParse(undefined)
    const example = data === undefined ? ' (here an example)' : ''
    return {
      name,
      value: String(data ?? EXAMPLES[name] ?? ''),
      meaning: `${schema.description}${example}`,
    }
  })
}
