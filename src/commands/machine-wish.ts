import { ConvecthubError } from '../errors.ts'
import { ask } from '../ui/ask.ts'

/** A machine as the user names it; what is left out is found out. */
export interface MachineWish {
  name: string
  address: string
  port?: number
  role?: 'driver' | 'worker'
  gpu?: boolean
}

const FORM = 'NAME=ADDRESS[:PORT][,driver|worker][,gpu]'

/** Reads one `--host` value. Error: USAGE. */
export function parseMachine(text: string): MachineWish {
  const wrong = (why: string) =>
    new ConvecthubError('USAGE', 'usage', `--host ${text}: ${why}`, { hint: `expected ${FORM}` })
  const [head = '', ...words] = text.split(',').map((word) => word.trim())
  const [, name, place] = /^([^=\s]+)=(\S+)$/.exec(head) ?? []
  if (!name || !place) throw wrong('a name and an address are needed')
  const machine: MachineWish = { name, ...parsePlace(place, wrong) }
  for (const word of words) {
    if (word === 'gpu') machine.gpu = true
    else machine.role = roleOf(word, wrong)
  }
  return machine
}

/** Asks for one machine; undefined when there are no more. Errors: USAGE, NO_ANSWER. */
export async function askMachine(known: readonly MachineWish[]): Promise<MachineWish | undefined> {
  const wrong = (why: string) => new ConvecthubError('USAGE', 'usage', why)
  const place = (await ask(`Address of machine ${known.length + 1} (empty: no more): `)).trim()
  if (place === '') return undefined
  const address = parsePlace(place, wrong)
  const first = known.length === 0
  const role = roleOf((await answer('driver or worker', first ? 'driver' : 'worker')).toLowerCase(), wrong)
  const number = known.filter((machine) => machine.role === role).length + 1
  const name = await answer('Its name', `${role}${number}`)
  const gpu = (await answer('Has it an NVIDIA GPU for notebooks: yes, no or look', 'look')).toLowerCase()
  if (!/^(y|yes|n|no|look)$/.test(gpu)) throw wrong(`${gpu}: yes, no or look is needed`)
  return { name, ...address, role, ...(gpu !== 'look' && { gpu: gpu.startsWith('y') }) }
}

/** Who said nothing is a worker, but the first is the driver where nobody else is. */
export function withRoles(machines: readonly MachineWish[]): (MachineWish & { role: 'driver' | 'worker' })[] {
  const led = machines.some(({ role }) => role === 'driver')
  const lead = led ? undefined : machines.find(({ role }) => role === undefined)
  return machines.map((machine) => ({
    ...machine,
    role: machine.role ?? (machine === lead ? 'driver' : 'worker'),
  }))
}

async function answer(question: string, fallback: string): Promise<string> {
  return (await ask(`  ${question} (${fallback}): `)).trim() || fallback
}

function roleOf(word: string, wrong: (why: string) => ConvecthubError): 'driver' | 'worker' {
  if (word === 'driver' || word === 'master') return 'driver'
  if (word === 'worker') return 'worker'
  throw wrong(`'${word}' is no role: driver or worker`)
}

/** An address with or without a port; `[…]` around IPv6 where a port follows. */
function parsePlace(
  text: string,
  wrong: (why: string) => ConvecthubError,
): Pick<MachineWish, 'address' | 'port'> {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? []
  const address = bracketed ?? plain ?? (/^[0-9A-Fa-f:.]+$/.test(text) ? text : '')
  if (!/^[\w.:%-]+$/.test(address)) throw wrong(`'${text}' is no address`)
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) throw wrong(`${port} is no port`)
  return { address, ...(port !== undefined && { port: Number(port) }) }
}
