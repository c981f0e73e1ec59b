import { ConvecthubError } from '../errors.ts'
import { printLines } from '../ui/print-lines.ts'
import { askMachine } from './ask-machine.ts'
import { askValid, wrongAnswer } from './ask-valid.ts'
import type { MachineWish } from './machine-wish.ts'
import { askKey, askUser, type Wishes } from './wishes.ts'

/**
 * Asks whether to write `files`, or what to correct first; without `files` something must be corrected. Returns the
 * corrected wishes, or `write`. Errors: NOT_CONFIRMED, NO_ANSWER, INTERRUPTED.
 */
export async function review(wishes: Wishes, files: string | undefined): Promise<Wishes | 'write'> {
  const { machines } = wishes
  printLines(
    ['To correct: type a number or name from the list, "add", "user" or "key"; "again" looks again.'],
    process.stderr,
  )
  const question = files ? `Write ${files}? yes / no [yes]` : 'Correct what? (no: stop here)'
  const answer = await askValid(question, '--yes', (text): MachineWish | 'yes' | 'no' | Command => {
    const word = text.toLowerCase()
    if (files && ['', 'y', 'yes'].includes(word)) return 'yes'
    if (word === 'n' || word === 'no') return 'no'
    const known = COMMANDS.find((each) => each === word)
    const machine = machines.find(({ name }, i) => name === text || String(i + 1) === text)
    if (known ?? machine) return known ?? (machine as MachineWish)
    throw wrongAnswer(`'${text}' is none of these`)
  })
  switch (answer) {
    case 'yes':
      return 'write'
    case 'no':
      throw new ConvecthubError('NOT_CONFIRMED', 'nothing was written')
    case 'again':
      return wishes
    case 'user':
      return { ...wishes, user: await askUser() }
    case 'key':
      return { ...wishes, keyFile: await askKey() }
    case 'add': {
      const added = await askMachine(machines)
      return { ...wishes, machines: added ? [...machines, added] : machines }
    }
  }
  const changed = await askMachine(
    machines.filter((each) => each !== answer),
    answer,
  )
  return { ...wishes, machines: machines.flatMap((each) => (each === answer ? (changed ?? []) : each)) }
}

const COMMANDS = ['again', 'add', 'user', 'key'] as const
type Command = (typeof COMMANDS)[number]
