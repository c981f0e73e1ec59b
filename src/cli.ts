import { Command, CommanderError } from 'commander'
import {
  collect,
  common,
  login,
  onBundle,
  sources,
  type VerbResult,
  wholeNumber,
} from './commands/common-options.ts'
import { labCommands } from './commands/lab.ts'
import { ConvecthubErrors, faultOf } from './errors.ts'
import { EXIT, type ExitName } from './exit-codes.ts'

/** Runs the command line and gives the exit code. Whatever goes wrong is told here, in one way. */
export async function main(argv: readonly string[]): Promise<number> {
  let exit: ExitName | undefined
  const program = makeProgram(argv, (result) => {
    exit = result
  })
  try {
    await program.parseAsync([...argv])
    return exit ? EXIT[exit].code : Number(process.exitCode ?? 0)
  } catch (error) {
    return report(error, program)
  }
}

/** Adds to a command what it takes. */
type Shape = (command: Command) => Command

/**
 * The table of verbs. Each verb's code is only loaded when it is called, and what it takes is only told to commander
 * where argv names it: for all verbs that takes a sixth of the time of --help.
 */
function makeProgram(argv: readonly string[], done: (exit: ExitName) => void): Command {
  const program = new Command('convecthub')
    .description(
      'Turns on-prem machines into a ConvectHub (JupyterHub on K3s) over SSH, from an Ansible inventory.',
    )
    .version('0.1.0')
    .showHelpAfterError('(convecthub --help tells more)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nWithout -i, the inventory of ansible.cfg is read, else ./inv.toml. Exit codes: see the README.',
    )

  const add = (name: string, description: string, shape: Shape) => {
    const command = program.command(name).description(description)
    if (argv.includes(name)) shape(command)
  }
  const verb = (
    name: string,
    description: string,
    shape: Shape,
    load: () => Promise<(options: never) => VerbResult>,
  ) =>
    add(name, description, (command) =>
      shape(command).action(async (options) => {
        done(await (await load())(options as never))
      }),
    )

  verb(
    'init',
    'write an inventory: ask for the machines, and look at each',
    (command) =>
      command
        .option('-i, --inventory <file>', 'the file to write', 'inv.toml')
        .option(
          '--host <machine>',
          'NAME=ADDRESS[:PORT][,driver|worker][,gpu]; may be given several times',
          collect,
        )
        .option('--user <name>', 'who logs in on the machines')
        .option('--key <file>', 'private key to log in with')
        .option('--yes', 'ask nothing')
        .option('--force', 'write over an inventory that is there')
        .option('-k, --ask-pass', 'ask for the password of ssh, once for all machines')
        .option('-K, --ask-become-pass', 'ask for the sudo password, once for all machines')
        .option('-T, --timeout <seconds>', 'how long to wait for a login (default: 10)', wholeNumber)
        .option('--accept-new-host-keys', 'take unknown host keys and keep them in known_hosts'),
    async () => (await import('./commands/init.ts')).initVerb,
  )
  verb(
    'ping',
    'log in to every machine, run sh, check sudo',
    (command) =>
      common(command).option(
        '--enroll',
        'first show all host keys that are not known yet, and keep them after one yes',
      ),
    async () => (await import('./commands/ping.ts')).pingVerb,
  )
  verb(
    'plan',
    'show what provision would change; changes nothing',
    (command) => onBundle(common(command)).option('--diff', 'show what changes in files'),
    async () => (await import('./commands/plan.ts')).planVerb,
  )
  verb(
    'provision',
    'make the machines a ConvectHub; call it again to continue, or to apply changed settings',
    (command) =>
      onBundle(common(command))
        .option('--check', 'only show what would change, as plan does')
        .option('--diff', 'with --check: show what changes in files'),
    async () => (await import('./commands/provision.ts')).provisionVerb,
  )
  verb(
    'status',
    'check that nodes, release and login page are well',
    common,
    async () => (await import('./commands/status.ts')).statusVerb,
  )
  add('hub', 'how people log in to the hub', (command) => {
    login(
      command
        .command('password')
        .description('show the password with which everybody logs in, where provision has made it'),
    ).action(async (options) =>
      done(await (await import('./commands/hub-password.ts')).hubPasswordVerb(options)),
    )
    return command
  })
  verb(
    'reset',
    'uninstall all that provision put on the machines, and look for what is left',
    (command) =>
      common(command)
        .option('--yes', 'do not ask for the name of the inventory')
        .option('--delete-data', "remove users' data as well: the volumes of the hub and of notebooks"),
    async () => (await import('./commands/reset.ts')).resetVerb,
  )
  verb(
    'inventory',
    'show the inventory as it was understood, or check it',
    (command) => {
      // The options of `inventory` itself count as well, wherever they stand.
      sources(
        command.command('check').description('tell all that is wrong with it, without any machine'),
      ).action(async (_options, check: Command) =>
        done(
          await (await import('./commands/inventory-check.ts')).inventoryCheckVerb(check.optsWithGlobals()),
        ),
      )
      return sources(command)
        .option('--list', 'all of it, as the JSON of ansible-inventory --list')
        .option('--host <name>', 'the variables of one host')
        .option('--graph', 'groups and hosts as a tree')
        .option('--vars', 'with --graph: the variables, too')
    },
    async () => (await import('./commands/inventory.ts')).inventoryVerb,
  )
  add('bundle', 'make and check the folder of artifacts that provision sends', (command) => {
    command
      .command('lock <folder>')
      .description('write the bundle.lock.yaml of a folder by what lies in it')
      .requiredOption('--k3s <version>', 'version of its K3s, such as v1.34.1+k3s1')
      .option('--helm <version>', 'version of its Helm')
      .option('--description <text>', 'one line for people', 'ConvectHub bundle')
      .action(async (folder, options) =>
        done(await (await import('./commands/bundle.ts')).bundleLockVerb(folder, options)),
      )
    command
      .command('verify <folder>')
      .description('check every file of a bundle against its bundle.lock.yaml')
      .action(async (folder) => done(await (await import('./commands/bundle.ts')).bundleVerifyVerb(folder)))
    return command
  })
  add('lab', 'disposable machines on this computer, to try everything on', labCommands)
  // what a verb takes may not be known here, and would only make the list longer; what is below the verbs shows it
  return program.configureHelp({ subcommandTerm: (command) => command.name() })
}

/** Tells an error as people read it, or as JSON where that was asked for; anything unknown is a fault of ours. */
async function report(error: unknown, program: Command): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code
  const errors = error instanceof ConvecthubErrors ? error.errors : [faultOf(error)]
  const { tellErrors } = await import('./ui/tell-errors.ts')
  const json = program.args.includes('json') || process.argv.includes('--output=json')
  tellErrors(errors, { json, color: !process.argv.includes('--no-color') })
  return EXIT[errors[0]?.exit ?? 'internal'].code
}
