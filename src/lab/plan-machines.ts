import { ConvecthubError } from '../errors.ts'

export type MachineRole = 'driver' | 'worker'

/** A planned machine. `name` is its host name, `address` its IPv4 address on eth0. */
export interface Machine {
  name: string
  role: MachineRole
  address: string
}

const NAME = /^(driver|worker)([1-9]\d*)$/
/** Drivers start at .11, workers at .101, so that a machine keeps its address when the lab grows. */
const FIRST_HOST = { driver: 10, worker: 100 } as const
const MOST = { driver: 80, worker: 150 } as const

/**
 * Plans the machines of a lab: `total` machines, the first `drivers` of them drivers, and those that already exist.
 * Drivers come before workers. Error: LAB_MACHINES for impossible counts.
 */
export function planMachines(
  total: number,
  drivers: number,
  subnet: string,
  existing: readonly string[] = [],
): Machine[] {
  const workers = total - drivers
  if (drivers < 1 || workers < 0 || drivers > MOST.driver || workers > MOST.worker)
    throw new ConvecthubError('LAB_MACHINES', `${total} machines with ${drivers} drivers make no lab`, {
      hint: `at least one driver, at most ${MOST.driver} drivers and ${MOST.worker} workers`,
    })
  const names = new Set(existing)
  for (let n = 1; n <= drivers; n++) names.add(`driver${n}`)
  for (let n = 1; n <= workers; n++) names.add(`worker${n}`)
  return namedMachines(names, subnet)
}

/** The machines with these names, drivers before workers. Leaves out what is no name of a lab machine. */
export function namedMachines(names: Iterable<string>, subnet: string): Machine[] {
  const base = subnet.replace(/\.\d+\/\d+$/, '')
  return [...names]
    .flatMap((name) => {
      const [, role, number] = (NAME.exec(name) ?? []) as [string?, MachineRole?, string?]
      return role ? { name, role, address: `${base}.${FIRST_HOST[role] + Number(number)}` } : []
    })
    .sort(byRoleAndNumber)
}

function byRoleAndNumber(a: Machine, b: Machine): number {
  return a.role.localeCompare(b.role) || Number(a.name.slice(6)) - Number(b.name.slice(6))
}
