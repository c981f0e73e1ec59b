import { Command, CommanderError, type OptionValues } from 'commander'
import type { Verb } from './commands/verb.ts'
import { VERBS } from './commands/verbs.ts'
import { ConvecthubErrors, faultOf } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { versionLine } from './version.ts'

/** A verb to run, with its arguments and options. */
interface Call {
  load: NonNullable<Verb['load']>
  arguments: Command['processedArgs']
  options: OptionValues
}

/** Runs the command line and returns the exit code. Every error is reported here. */
export async function main(argv: readonly string[]): Promise<number> {
  let called: Call | undefined
  try {
    makeProgram((call) => {
      called = call
    }).parse([...argv])
    return called ? await run(called) : EXIT.ok.code
  } catch (error) {
    return report(error, called?.options ?? {})
  }
}

/** The commander program with all verbs. It runs none of them; it passes the parsed call to `call`. */
function makeProgram(call: (call: Call) => void): Command {
  const program = new Command('convecthub')
    .description(
      'Turns on-prem machines into a ConvectHub (JupyterHub on K3s) over SSH, from an Ansible inventory.',
    )
    .version(versionLine())
    .showHelpAfterError('(convecthub --help tells more)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nWithout -i, the inventory of ansible.cfg is read, else ./inv.toml. Exit codes: see the README.',
    )
  for (const verb of VERBS) addVerb(program, verb, call)
  // last, because verbs copy earlier settings, and their own help should list the arguments of subcommands
  return program.configureHelp({ subcommandTerm: (command) => command.name() })
}

function addVerb(parent: Command, verb: Verb, call: (call: Call) => void): void {
  const { name, description, options = [], commands = [], load } = verb
  const command = parent.command(name).description(description)
  for (const argument of verb.arguments ?? []) command.addArgument(argument)
  for (const option of options) command.addOption(option)
  for (const below of commands) addVerb(command, below, call)
  if (load)
    command.action(() => call({ load, arguments: command.processedArgs, options: command.optsWithGlobals() }))
}

async function run({ load, arguments: values, options }: Call): Promise<number> {
  const exit = await (await load())(...values, options)
  return typeof exit === 'number' ? exit : EXIT[exit].code
}

/** Prints an error for people, or as JSON with `--output json`. An unknown error is a bug in convecthub. */
async function report(error: unknown, { output, color }: OptionValues): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code
  const errors = error instanceof ConvecthubErrors ? error.errors : [faultOf(error)]
  const { tellErrors } = await import('./ui/tell-errors.ts')
  tellErrors(errors, { json: output === 'json', color: color !== false })
  return EXIT[errors[0]?.exit ?? 'internal'].code
}
