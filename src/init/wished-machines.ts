import { ConvecthubError } from '../errors.ts'
import { askMachine, type MachineWish, parseMachine } from './machine-wish.ts'

/**
 * The machines that `--host` names. Without it, asks for them one by one unless `--yes` is given. Errors: NO_MACHINES,
 * USAGE, NO_ANSWER.
 */
export async function wishedMachines({
  host,
  yes,
}: {
  host?: string[]
  yes?: boolean
}): Promise<MachineWish[]> {
  const known = host?.map(parseMachine) ?? []
  if (!host && !yes)
    for (let next = await askMachine(known); next; next = await askMachine(known)) known.push(next)
  const twice = known.find(({ name }, at) => known.findIndex((other) => other.name === name) !== at)
  if (twice) throw new ConvecthubError('USAGE', `two machines are called ${twice.name}`)
  if (known.length > 0) return known
  throw new ConvecthubError('NO_MACHINES', 'no machine was named', {
    hint: '--host NAME=ADDRESS names one',
  })
}
