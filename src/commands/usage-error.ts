import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { ConvecthubError } from '../errors.ts'
import { nearest } from '../inventory/edit-distance.ts'

/** An error of commander in `command`, as USAGE: with what was probably meant, and the help of that very verb. */
export function usageError(command: Command, text: string, code?: string): ConvecthubError {
  const [first = '', suggestion = ''] = text.replace(/^error: /, '').split(/\n(?=\(Did you mean)/)
  const path = pathOf(command)
  const { message, meant, help } = reworded(command, path, first, code)
  const found = meant ?? /^\(Did you mean (.*)\?\)$/.exec(suggestion)?.[1]
  const see = `${help}: ${['convecthub', ...path, '--help'].join(' ')}`
  return new ConvecthubError('USAGE', message, {
    hint: found ? `did you mean ${found}? ${see.charAt(0).toUpperCase()}${see.slice(1)}` : see,
  })
}

interface Reworded {
  message: string
  meant?: string | undefined
  help: string
}

function reworded(command: Command, path: readonly string[], message: string, code?: string): Reworded {
  const { args, commands, registeredArguments } = command
  const unknown = { message: `unknown command '${[...path, args[0]].join(' ')}'`, help: 'all verbs' }
  const names = command
    .createHelp()
    .visibleCommands(command)
    .map((each) => each.name())
  // the second is from a verb with subcommands that can be called itself, such as inventory
  if (code === 'commander.unknownCommand' || (code === 'commander.excessArguments' && commands.length > 0))
    return { ...unknown, meant: nearest(args[0] ?? '', names) ?? OTHER_WORDS[args[0] ?? ''] }
  if (code === 'commander.unknownOption')
    return { message, meant: otherOption(command, message), help: 'all options' }
  if (code === 'commander.excessArguments') {
    const wanted = registeredArguments.length
    const takes = wanted === 0 ? 'no arguments' : wanted === 1 ? '1 argument' : `${wanted} arguments`
    const got = `${wanted === 0 ? '' : ` ${args.length}`}: ${args.join(' ')}`
    const source = command.options.some(({ short }) => short === '-i') && existsSync(args.at(-1) ?? '')
    const meant = source ? `-i ${args.at(-1)}` : undefined
    return { message: `${path.join(' ')} takes ${takes} (got${got})`, meant, help: 'see' }
  }
  return code === 'commander.invalidArgument' ? invalid(message) : { message, help: 'see' }
}

/** What other tools call our verbs and options. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  apply: 'provision',
  deploy: 'provision',
  install: 'provision',
  delete: 'reset',
  destroy: 'reset',
  remove: 'reset',
  uninstall: 'reset',
  check: 'plan',
  diff: 'plan --diff',
  '--dry-run': '--check',
}

/** Our option for one of another tool, where the verb has it. */
function otherOption({ options }: Command, message: string): string | undefined {
  const meant = OTHER_WORDS[/'(--[\w-]+)'/.exec(message)?.[1] ?? '']
  return options.some(({ long }) => long === meant) ? meant : undefined
}

/** "option '-f, --forks <n>' argument 'x' is invalid. why" as "--forks x: why". */
function invalid(message: string): Reworded {
  const [head = '', flag] =
    /^(?:option '(?:-\w, )?(--[\w-]+)(?: [^']*)?' argument|command-argument value) '/.exec(message) ?? []
  const end = message.indexOf("' is invalid", head.length)
  const start = message.indexOf('. ', end) + 2
  if (end < 0 || start < 2) return { message, help: 'see' }
  const given = message.slice(head.length, end)
  const why = message.slice(start)
  const [, choices] = /^Allowed choices are (.*)\.$/.exec(why) ?? []
  return {
    message: `${flag ? `${flag} ` : ''}${given}: ${choices ? `allowed choices are ${choices}` : why}`,
    meant: choices && nearest(given, choices.split(', ')),
    help: 'see',
  }
}

/** The names of a command and of those above it, without the program itself. */
function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : []
}
