import { Command, CommanderError } from 'commander'
import {
  collect,
  common,
  onBundle,
  sources,
  type VerbResult,
  wholeNumber,
} from './commands/common-options.ts'
import { labCommand } from './commands/lab.ts'
import { ConvecthubError, ConvecthubErrors } from './errors.ts'
import { EXIT, type ExitName } from './exit-codes.ts'

/** Runs the command line and gives the exit code. Whatever goes wrong is told here, in one way. */
export async function main(argv: readonly string[]): Promise<number> {
  let exit: ExitName | undefined
  const program = makeProgram((result) => {
    exit = result
  })
  try {
    await program.parseAsync([...argv])
    return exit ? EXIT[exit].code : Number(process.exitCode ?? 0)
  } catch (error) {
    return report(error, program)
  }
}

/** The table of verbs. Each verb's code is only loaded when it is called. */
function makeProgram(done: (exit: ExitName) => void): Command {
  const program = new Command('convecthub')
    .description(
      'Turns on-prem machines into a ConvectHub (JupyterHub on K3s) over SSH, from an Ansible inventory.',
    )
    .version('0.1.0')
    .showHelpAfterError('(convecthub --help tells more)')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nWithout -i, the inventory of ansible.cfg is read, else ./inv.toml. Exit codes: see the README.',
    )

  const verb = (name: string, description: string) =>
    common(program.command(name).description(description).exitOverride())
  const act = (command: Command, load: () => Promise<(options: never) => VerbResult>) =>
    command.action(async (options) => {
      await import('./commands/tune-collector.ts')
      done(await (await load())(options as never))
    })

  act(
    program
      .command('init')
      .description('write an inventory: ask for the machines, and look at each')
      .exitOverride()
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
  act(
    verb('ping', 'log in to every machine, run sh, check sudo').option(
      '--enroll',
      'first show all host keys that are not known yet, and keep them after one yes',
    ),
    async () => (await import('./commands/ping.ts')).pingVerb,
  )
  act(
    onBundle(verb('plan', 'show what provision would change; changes nothing')).option(
      '--diff',
      'show what changes in files',
    ),
    async () => (await import('./commands/plan.ts')).planVerb,
  )
  act(
    onBundle(verb('provision', 'make the machines a ConvectHub; call it again to continue or to update'))
      .option('--check', 'only show what would change, as plan does')
      .option('--diff', 'with --check: show what changes in files'),
    async () => (await import('./commands/provision.ts')).provisionVerb,
  )
  act(
    verb('status', 'check that nodes, release and login page are well'),
    async () => (await import('./commands/status.ts')).statusVerb,
  )
  act(
    verb('reset', 'uninstall all that provision put on the machines, and look for what is left').option(
      '--yes',
      'do not ask for the name of the inventory',
    ),
    async () => (await import('./commands/reset.ts')).resetVerb,
  )
  const inventory = sources(
    program
      .command('inventory')
      .description('show the inventory as it was understood, or check it')
      .exitOverride(),
  )
  act(
    inventory
      .option('--list', 'all of it, as the JSON of ansible-inventory --list')
      .option('--host <name>', 'the variables of one host')
      .option('--graph', 'groups and hosts as a tree')
      .option('--vars', 'with --graph: the variables, too'),
    async () => (await import('./commands/inventory.ts')).inventoryVerb,
  )
  // The options of `inventory` itself count as well, wherever they stand.
  sources(inventory.command('check').description('tell all that is wrong with it, without any machine'))
    .exitOverride()
    .action(async (_options, command: Command) =>
      done(
        await (await import('./commands/inventory-check.ts')).inventoryCheckVerb(command.optsWithGlobals()),
      ),
    )
  const bundle = program
    .command('bundle')
    .description('make and check the folder of artifacts that provision sends')
  bundle
    .command('lock <folder>')
    .description('write the bundle.lock.yaml of a folder by what lies in it')
    .requiredOption('--k3s <version>', 'version of its K3s, such as v1.34.1+k3s1')
    .option('--helm <version>', 'version of its Helm')
    .option('--description <text>', 'one line for people', 'ConvectHub bundle')
    .action(async (folder, options) =>
      done(await (await import('./commands/bundle.ts')).bundleLockVerb(folder, options)),
    )
  bundle
    .command('verify <folder>')
    .description('check every file of a bundle against its bundle.lock.yaml')
    .action(async (folder) => done(await (await import('./commands/bundle.ts')).bundleVerifyVerb(folder)))
  program.addCommand(labCommand())
  return program
}

/** Tells an error as people read it, or as JSON where that was asked for; anything unknown is a fault of ours. */
async function report(error: unknown, program: Command): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code
  const errors =
    error instanceof ConvecthubErrors ? error.errors : error instanceof ConvecthubError ? [error] : undefined
  if (!errors) {
    process.stderr.write(
      `error: a fault of convecthub itself; please report it\n${error instanceof Error ? error.stack : error}\n`,
    )
    return EXIT.internal.code
  }
  const { tellErrors } = await import('./ui/tell-errors.ts')
  const json = program.args.includes('json') || process.argv.includes('--output=json')
  tellErrors(errors, { json, color: !process.argv.includes('--no-color') })
  return EXIT[errors[0]?.exit ?? 'internal'].code
}
