import { ConvecthubError } from '../errors.ts'
import { ask } from '../ui/ask.ts'
import { printLines } from '../ui/print-lines.ts'

/** A machine as the user described it. What is left out is detected or gets a default. */
export interface MachineWish {
  name: string
  address: string
  port?: number
  role?: 'driver' | 'worker'
  gpu?: boolean
}

/** Names of inventory groups, which no host may have. */
const GROUPS = ['all', 'ungrouped', 'driver', 'worker', 'registry']

const FORM = 'NAME=ADDRESS[:PORT][,driver|worker][,gpu]'

/** Parses a `--host` value. Error: USAGE. */
export function parseMachine(text: string): MachineWish {
  const wrong = (why: string) =>
    new ConvecthubError('USAGE', `--host ${text}: ${why}`, { hint: `expected ${FORM}` })
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

/** Asks for a machine, and repeats questions with wrong answers. Undefined when there are no more. Error: NO_ANSWER. */
export async function askMachine(known: readonly MachineWish[]): Promise<MachineWish | undefined> {
  const place = await answer(`Address of machine ${known.length + 1} (empty: no more)`, '', (text) =>
    text === '' ? undefined : parsePlace(text, wrongAnswer),
  )
  if (place === undefined) return undefined
  const fallback = known.length === 0 ? 'driver' : 'worker'
  const role = await answer('  driver or worker', fallback, (text) => roleOf(text.toLowerCase(), wrongAnswer))
  const number = known.filter((machine) => machine.role === role).length + 1
  const name = await answer('  Its name', `${role}${number}`, (text) => newName(text, known))
  const gpu = await answer('  Has it an NVIDIA GPU for notebooks: yes, no or look', 'look', gpuOf)
  return { name, ...place, role, ...(gpu !== undefined && { gpu }) }
}

/** Fills in roles. A machine without one becomes a worker; when there is no driver, the first becomes the driver. */
export function withRoles(machines: readonly MachineWish[]): (MachineWish & { role: 'driver' | 'worker' })[] {
  const led = machines.some(({ role }) => role === 'driver')
  const lead = led ? undefined : machines.find(({ role }) => role === undefined)
  return machines.map((machine) => ({
    ...machine,
    role: machine.role ?? (machine === lead ? 'driver' : 'worker'),
  }))
}

/** Repeats the question until `read` accepts the answer. */
async function answer<T>(question: string, fallback: string, read: (text: string) => T): Promise<T> {
  for (;;) {
    const text = (await ask(`${question}${fallback && ` (${fallback})`}: `, { instead: '--host' })).trim()
    try {
      return read(text || fallback)
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      printLines([`  ${error.message}`], process.stderr)
    }
  }
}

function wrongAnswer(why: string): ConvecthubError {
  return new ConvecthubError('USAGE', why)
}

/** Checks that a name is valid for a K3s node and not taken. */
function newName(text: string, known: readonly MachineWish[]): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(text))
    throw wrongAnswer(`'${text}' is no name of a machine: letters, digits, - and . only`)
  if (known.some(({ name }) => name.toLowerCase() === text.toLowerCase()) || GROUPS.includes(text))
    throw wrongAnswer(`${text} is taken`)
  return text
}

function gpuOf(text: string): boolean | undefined {
  if (/^(y|yes|n|no)$/i.test(text)) return /^y/i.test(text)
  if (/^look$/i.test(text)) return undefined
  throw wrongAnswer('yes, no or look is needed')
}

function roleOf(word: string, wrong: (why: string) => ConvecthubError): 'driver' | 'worker' {
  if (word === 'driver' || word === 'master') return 'driver'
  if (word === 'worker') return 'worker'
  throw wrong(`'${word}' is no role: driver or worker`)
}

/** Parses an address with an optional port. IPv6 with a port is in brackets. */
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
