import { Command, type HelpContext, type OptionValues } from 'commander'
import { versionLine } from '../version.ts'
import { TOPICS } from './topics.ts'
import { usageError } from './usage-error.ts'
import type { Verb } from './verb.ts'

/** A verb to run, with its arguments and options. */
export interface Call {
  /** Its name, such as `bundle verify`. */
  verb: string
  load: NonNullable<Verb['load']>
  arguments: Command['processedArgs']
  options: OptionValues
}

/** A command whose errors are those of convecthub. Commander itself would print them and end the program. */
class VerbCommand extends Command {
  override createCommand(name?: string): Command {
    return new VerbCommand(name)
  }
  override error(message: string, options?: { code?: string }): never {
    throw usageError(this, message, options?.code)
  }
  /** Commander takes --help before it looks for the subcommand, so `foo --help` would print the help of all verbs. */
  override helpInformation(context?: HelpContext): string {
    const [name = '-'] = this.args
    if (this.commands.length > 0 && !name.startsWith('-'))
      this.error('', { code: 'commander.unknownCommand' })
    return super.helpInformation(context)
  }
}

const EXAMPLES = ['convecthub init', 'convecthub plan -i inv.toml']

/**
 * The commander program with these verbs. It runs none of them; it passes the parsed call to `call`. Error of parsing:
 * USAGE. Help and version are printed, and end with a CommanderError.
 */
export function makeProgram(verbs: readonly Verb[], call: (call: Call) => void): Command {
  const program = new VerbCommand('convecthub')
    .description(
      'Turns on-prem machines into a ConvectHub (JupyterHub on K3s) over SSH, from an Ansible inventory.',
    )
    .version(versionLine())
    .helpCommand(false)
    .exitOverride()
    .addHelpText('after', `\nTopics of convecthub help:\n${topics()}`)
    .addHelpText('after', '\nWithout -i, the inventory of ansible.cfg is read, else ./inv.toml.')
    .addHelpText('after', examples(EXAMPLES))
  for (const verb of verbs) addVerb(program, verb, verb.name, call)
  // last, because verbs copy earlier settings, and their own help should list the arguments of subcommands
  return program.configureHelp({ subcommandTerm: (command) => command.name() })
}

function addVerb(parent: Command, verb: Verb, path: string, call: (call: Call) => void): void {
  const { name, description, options = [], commands = [], load, hidden = false } = verb
  const command = parent.command(name, { hidden }).description(description).helpCommand(false)
  for (const argument of verb.arguments ?? []) command.addArgument(argument)
  for (const option of options) command.addOption(option)
  for (const below of commands) addVerb(command, below, `${path} ${below.name}`, call)
  command.addHelpText('after', examples(verb.examples))
  if (load)
    command.action(() =>
      call({ verb: path, load, arguments: command.processedArgs, options: command.optsWithGlobals() }),
    )
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}\nExit codes: convecthub help exit-codes`
}

function topics(): string {
  const width = Math.max(...Object.keys(TOPICS).map((name) => name.length))
  return Object.entries(TOPICS)
    .map(([name, what]) => `  ${name.padEnd(width)}  ${what}`)
    .join('\n')
}
