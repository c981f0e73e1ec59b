import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { ClusterHost } from '../cluster/cluster.ts'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../cluster/variables.ts'
import { ConvecthubError } from '../errors.ts'
import { nodeAddress } from '../facts/node-address.ts'
import type { InventoryRecord, SettingRecord } from '../inventory/write-inventory.ts'
import { count } from '../ui/style.ts'
import type { Seen } from './look-at-machines.ts'
import type { MachineWish } from './machine-wish.ts'

/** The inventory from the user's answers alone, before any machine is inspected. */
export function newRecord(
  file: string,
  wishes: readonly (MachineWish & { role: 'driver' | 'worker' })[],
  login: { user: string | undefined; keyFile: string | undefined },
): InventoryRecord {
  return {
    machines: wishes.map(({ name, address, port, role, gpu }) => {
      return { name, address, port, role, gpu: gpu ?? false, iface: undefined, notes: [] }
    }),
    ...login,
    settings: [token(file)],
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
  const value = old ?? randomBytes(24).toString('hex')
  return { name: 'convect_token', value, meaning: CLUSTER_VARIABLES.shape.convect_token.description ?? '' }
}

function optionalSettings(): SettingRecord[] {
  const { convect_token, ...cluster } = CLUSTER_VARIABLES.shape
  const { my_iface, has_gpu, ...host } = HOST_VARIABLES.shape
  return Object.entries({ ...cluster, ...host }).map(([name, schema]) => {
    const { data } = schema.safeParse(undefined)
    return { name, value: data === undefined ? undefined : String(data), meaning: schema.description ?? '' }
  })
}
