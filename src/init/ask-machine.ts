import { askValid, wrongAnswer } from './ask-valid.ts'
import { freeName, type MachineWish, parsePlace, parseRole, placeText } from './machine-wish.ts'

/** Names of inventory groups, which no host may have. */
const GROUPS = ['all', 'ungrouped', 'driver', 'worker', 'registry']

const INSTEAD = '--host [NAME=]ADDRESS, once for each machine'

/**
 * Asks for a machine, or for what is to change in `before`. Undefined when there are no more, or when `before` is to be
 * removed. Errors: NO_ANSWER, INTERRUPTED.
 */
export async function askMachine(
  others: readonly MachineWish[],
  before?: MachineWish,
): Promise<MachineWish | undefined> {
  const question = before
    ? `Address of ${before.name}, or - to remove it [${placeText(before)}]`
    : `Address of machine ${others.length + 1} (Enter when done)`
  const place = await askValid(question, INSTEAD, (text) => {
    if (text === '' || text === '-') return text === '' ? before : undefined
    return parsePlace(text, wrongAnswer)
  })
  if (!place) return undefined
  const { address, port } = place
  const usual = before?.role ?? (others.some((machine) => machine.role === 'driver') ? 'worker' : 'driver')
  const role = await askValid(`  Role? driver / worker [${usual}]`, INSTEAD, (text) =>
    parseRole(text.toLowerCase() || usual, wrongAnswer),
  )
  const names = others.map(({ name }) => name)
  const free = before?.name ?? freeName(role, names)
  const name = await askValid(`  Name [${free}]`, INSTEAD, (text) => newName(text || free, names))
  const known = gpuWord(before?.gpu)
  const gpu = await askValid(`  NVIDIA GPU for notebooks? yes / no / detect [${known}]`, INSTEAD, (text) =>
    parseGpu(text || known),
  )
  return { name, address, role, ...(port !== undefined && { port }), ...(gpu !== undefined && { gpu }) }
}

/** Checks that a name is valid for a K3s node and not taken. */
function newName(text: string, taken: readonly string[]): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(text))
    throw wrongAnswer(`'${text}' is not a name for a machine: letters, digits, - and . only`)
  if (taken.some((name) => name.toLowerCase() === text.toLowerCase()) || GROUPS.includes(text))
    throw wrongAnswer(`${text} is taken`)
  return text
}

/** Reads yes, no or detect, which is undefined. */
function parseGpu(text: string): boolean | undefined {
  if (/^(y|yes|n|no)$/i.test(text)) return /^y/i.test(text)
  if (/^detect$/i.test(text)) return undefined
  throw wrongAnswer(`'${text}' is not yes, no or detect`)
}

function gpuWord(gpu: boolean | undefined): string {
  if (gpu === undefined) return 'detect'
  return gpu ? 'yes' : 'no'
}
