import { isIP } from 'node:net'
import { ConvecthubError } from '../errors.ts'
import type { Wrong } from './ask-valid.ts'

/** A machine as the user described it. `gpu` is undefined where it is to be detected. */
export interface MachineWish {
  name: string
  address: string
  port?: number
  role: 'driver' | 'worker'
  gpu?: boolean
}

/** A machine whose name and role may be left to convecthub. */
export type MachineDraft = Omit<MachineWish, 'name' | 'role'> & Partial<MachineWish>

/** The form of a `--host` value. */
export const MACHINE_FORM = '[NAME=]ADDRESS[:PORT][,driver|worker][,gpu]'

/** Parses a `--host` value. Error: USAGE. */
export function parseMachine(text: string): MachineDraft {
  const wrong: Wrong = (why) =>
    new ConvecthubError('USAGE', `--host ${text}: ${why}`, { hint: `expected ${MACHINE_FORM}` })
  const [head = '', ...words] = text.split(',').map((word) => word.trim())
  const [, name, place] = /^(?:([^=]*)=)?(.*)$/.exec(head) ?? []
  if (name === '' || !place) throw wrong(name === '' ? 'the name is empty' : 'an address is needed')
  const machine: MachineDraft = { ...(name !== undefined && { name }), ...parsePlace(place, wrong) }
  for (const word of words) {
    if (word === 'gpu') machine.gpu = true
    else machine.role = parseRole(word, wrong)
  }
  return machine
}

/**
 * Fills in roles and names. A machine without a role becomes a worker; when there is no driver, the first becomes the
 * driver. A machine without a name gets its role and a number.
 */
export function completed(drafts: readonly MachineDraft[]): MachineWish[] {
  const led = drafts.some(({ role }) => role === 'driver')
  const lead = led ? undefined : drafts.find(({ role }) => role === undefined)
  const taken = drafts.flatMap(({ name }) => name ?? [])
  return drafts.map((draft) => {
    const role = draft.role ?? (draft === lead ? 'driver' : 'worker')
    const name = draft.name ?? freeName(role, taken)
    taken.push(name)
    return { ...draft, role, name }
  })
}

/** The first name of the form driver1, driver2, … that is not taken. */
export function freeName(role: MachineWish['role'], taken: readonly string[]): string {
  let number = 1
  while (taken.includes(`${role}${number}`)) number += 1
  return `${role}${number}`
}

/** Reads driver or worker; `master` is Ansible's old word for a driver. */
export function parseRole(word: string, wrong: Wrong): MachineWish['role'] {
  if (word === 'driver' || word === 'master') return 'driver'
  if (word === 'worker') return 'worker'
  throw wrong(`'${word}' is not a role: driver or worker`)
}

/** Parses an address with an optional port. IPv6 with a port is in brackets. */
export function parsePlace(text: string, wrong: Wrong): Pick<MachineWish, 'address' | 'port'> {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? []
  const address = bracketed ?? plain ?? text
  const numeric = /^[\d.]+$|:/.test(address)
  if (numeric ? isIP(address) === 0 : !/^\w[\w.-]*$/.test(address)) throw wrong(`'${text}' is not an address`)
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) throw wrong(`${port} is not a port`)
  return { address, ...(port !== undefined && { port: Number(port) }) }
}

/** The text that parsePlace reads as this place. */
export function placeText({ address, port }: Pick<MachineWish, 'address' | 'port'>): string {
  if (port === undefined) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
