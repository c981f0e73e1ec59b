import { existsSync, statSync } from 'node:fs'
import { ConvecthubError } from '../errors.ts'
import { checkKeyFile } from '../transport/key-ring.ts'
import { expandHome } from '../transport/target.ts'
import { printLines } from '../ui/print-lines.ts'
import { askMachine } from './ask-machine.ts'
import { askValid, type Wrong, wrongAnswer } from './ask-valid.ts'
import { completed, MACHINE_FORM, type MachineWish, parseMachine } from './machine-wish.ts'

/** What the user wants in the inventory. Without `user` and `keyFile`, ssh's configuration and defaults count. */
export interface Wishes {
  machines: readonly MachineWish[]
  user: string | undefined
  keyFile: string | undefined
}

/** The options that answer questions of `init` beforehand. */
export interface WishOptions {
  host?: string[]
  user?: string
  key?: string
  yes?: boolean
}

/**
 * The wishes in the options; asks for what they leave out, unless `--yes` is given. Errors: NO_MACHINES, USAGE,
 * KEY_FILE, NO_ANSWER, INTERRUPTED.
 */
export async function firstWishes({ host, user, key, yes = false }: WishOptions): Promise<Wishes> {
  const wrongOption =
    (option: string): Wrong =>
    (why) =>
      new ConvecthubError('USAGE', `${option}: ${why}`, { hint: `correct ${option}` })
  if (user !== undefined) parseUser(user, wrongOption('--user'))
  if (key !== undefined)
    parseKey(key, (why) => new ConvecthubError('KEY_FILE', `--key: ${why}`, { hint: 'correct --key' }))
  const named = host && completed(host.map(parseMachine))
  const twice = named?.find(({ name }, at) => named.findIndex((other) => other.name === name) !== at)
  if (twice) throw new ConvecthubError('USAGE', `two machines are called ${twice.name}`)
  if (!yes) printLines(['Answers in [brackets] are the defaults; press Enter to take them.'], process.stderr)
  const machines = named ?? (yes ? [] : await askMachines())
  if (machines.length === 0)
    throw new ConvecthubError('NO_MACHINES', 'no machine was named', {
      hint: `name one: --host ${MACHINE_FORM}`,
    })
  return {
    machines,
    user: user ?? (yes ? undefined : await askUser()),
    keyFile: key ?? (yes ? undefined : await askKey()),
  }
}

/** Asks for the SSH user. Undefined: the one that ssh takes. Errors: NO_ANSWER, INTERRUPTED. */
export function askUser(): Promise<string | undefined> {
  return askValid('SSH user [your own name]', '--user NAME', (text) =>
    text === '' ? undefined : parseUser(text, wrongAnswer),
  )
}

/** Asks for the private key. Undefined: those that ssh tries. Errors: NO_ANSWER, INTERRUPTED. */
export function askKey(): Promise<string | undefined> {
  return askValid("Private key [ssh's defaults]", '--key FILE', (text) =>
    text === '' ? undefined : parseKey(text, wrongAnswer),
  )
}

async function askMachines(): Promise<MachineWish[]> {
  const known: MachineWish[] = []
  for (let next = await askMachine(known); next; next = await askMachine(known)) known.push(next)
  return known
}

function parseUser(text: string, wrong: Wrong): string {
  if (!/^[^\s-]\S*$/.test(text)) throw wrong(`'${text}' is not a user name`)
  return text
}

function parseKey(path: string, wrong: Wrong): string {
  const file = expandHome(path)
  if (!existsSync(file)) throw wrong(`${path}: no such file`)
  if (statSync(file).isDirectory()) throw wrong(`${path}: it is a folder`)
  try {
    checkKeyFile(path)
  } catch (error) {
    if (!(error instanceof ConvecthubError)) throw error
    const { evidence, hint } = error.details
    throw wrong(`${error.message}${evidence ? `: ${evidence}` : ''}${hint ? ` → ${hint}` : ''}`)
  }
  return path
}
