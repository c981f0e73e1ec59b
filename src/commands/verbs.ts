import { Argument, Option } from 'commander'
import { BUNDLE_COMMANDS } from './bundle-commands.ts'
import { LAB_COMMANDS } from './lab-commands.ts'
import { COMMON, collect, LOGIN, ON_BUNDLE, ON_HOSTS, OUTPUT, SOURCES } from './shared-options.ts'
import type { Verb } from './verb.ts'

/** All verbs, in the order in which the help lists them. */
export const VERBS: readonly Verb[] = [
  {
    name: 'init',
    description: 'write an inventory: ask for the machines, and look at each',
    examples: [
      'convecthub init',
      'convecthub init --host master=10.0.0.10 --host worker1=10.0.0.11,gpu --user ops --key ~/.ssh/id_ed25519 --yes',
    ],
    options: [
      new Option('-i, --inventory <file>', 'the file to write').default('inv.toml'),
      new Option(
        '--host <machine>',
        '[NAME=]ADDRESS[:PORT][,driver|worker][,gpu]; may be given several times',
      ).argParser(collect),
      new Option('--user <name>', 'who logs in on the machines'),
      new Option('--key <file>', 'private key to log in with'),
      new Option('--yes', 'ask nothing'),
      new Option('--force', 'write over an inventory that is there'),
      ...LOGIN,
    ],
    load: async () => (await import('./init.ts')).initVerb,
  },
  {
    name: 'ping',
    description: 'log in to every machine, run sh, check sudo',
    examples: ['convecthub ping -i inv.toml', 'convecthub ping -i inv.toml --enroll'],
    options: [
      ...COMMON,
      new Option('--enroll', 'first show all host keys that are not known yet, and keep them after one yes'),
    ],
    load: async () => (await import('./ping.ts')).pingVerb,
  },
  {
    name: 'plan',
    description: 'show what provision would change; changes nothing',
    examples: ['convecthub plan -i inv.toml', 'convecthub plan -i inv.toml --limit worker --diff'],
    options: [...ON_BUNDLE, new Option('--diff', 'show what changes in files')],
    load: async () => (await import('./plan.ts')).planVerb,
  },
  {
    name: 'provision',
    description: 'make the machines a ConvectHub; call it again to continue, or to apply changed settings',
    examples: [
      'convecthub provision -i inv.toml -K',
      'convecthub provision -i inv.toml --bundle shared/bin --upgrade',
    ],
    options: [
      ...ON_BUNDLE,
      new Option('--check', 'only show what would change, as plan does'),
      new Option('--diff', 'show what changes in files, before it is changed'),
    ],
    load: async () => (await import('./provision.ts')).provisionVerb,
  },
  {
    name: 'status',
    description: 'check that the nodes, the hub and its login page work',
    examples: ['convecthub status -i inv.toml', 'convecthub status -i inv.toml --output json'],
    options: COMMON,
    load: async () => (await import('./status.ts')).statusVerb,
  },
  {
    name: 'hub',
    description: 'how people log in to the hub',
    examples: ['convecthub hub password', 'convecthub hub password -i inv.toml'],
    commands: [
      {
        name: 'password',
        description: 'show the password with which everybody logs in, where provision has made it',
        examples: ['convecthub hub password', 'convecthub hub password -i inv.toml -K'],
        options: [...ON_HOSTS, OUTPUT],
        load: async () => (await import('./hub-password.ts')).hubPasswordVerb,
      },
    ],
  },
  {
    name: 'reset',
    description: 'uninstall all that provision put on the machines, and look for what is left',
    examples: ['convecthub reset -i inv.toml', 'convecthub reset -i inv.toml --limit worker2'],
    options: [
      ...COMMON,
      new Option('--check', 'only show what would be removed'),
      new Option('--yes', 'do not ask for the name of the inventory'),
      new Option('--delete-data', "remove users' data as well: the volumes of the hub and of notebooks"),
    ],
    load: async () => (await import('./reset.ts')).resetVerb,
  },
  {
    name: 'inventory',
    description: 'show the inventory as it was understood, or check it',
    examples: ['convecthub inventory -i inv.toml --graph', 'convecthub inventory check -i inv.toml'],
    options: [
      ...SOURCES,
      new Option('--list', 'all of it, as the JSON of ansible-inventory --list'),
      new Option('--host <name>', 'the variables of one host'),
      new Option('--graph', 'groups and hosts as a tree'),
      new Option('--vars', 'with --graph: the variables, too'),
    ],
    commands: [
      {
        name: 'check',
        description: 'report every mistake; contacts no machine',
        examples: ['convecthub inventory check', 'convecthub inventory check -i inv.toml -e @extra.yaml'],
        options: [...SOURCES, OUTPUT],
        load: async () => (await import('./inventory-check.ts')).inventoryCheckVerb,
      },
    ],
    load: async () => (await import('./inventory.ts')).inventoryVerb,
  },
  {
    name: 'bundle',
    description: 'make and check the folder of artifacts that provision sends',
    examples: ['convecthub bundle pull', 'convecthub bundle verify -i inv.toml'],
    commands: BUNDLE_COMMANDS,
  },
  {
    name: 'lab',
    description: 'disposable machines on this computer, to try everything on',
    examples: ['convecthub lab up', 'convecthub lab ssh driver1'],
    commands: LAB_COMMANDS,
  },
  {
    name: 'explain',
    description: 'explain an error, finding or warning by its code',
    arguments: [new Argument('[code]', 'such as HOST_KEY_CHANGED or cpu; without it, all are listed')],
    examples: ['convecthub explain HOST_KEY_CHANGED', 'convecthub explain'],
    load: async () => (await import('./explain.ts')).explainVerb,
  },
  {
    name: 'completion',
    description: 'print a script that completes command lines when you press Tab',
    arguments: [
      new Argument(
        '<shell>',
        'in ~/.bashrc: eval "$(convecthub completion bash)"; in ~/.zshrc: eval "$(convecthub completion zsh)"; in config.fish: convecthub completion fish | source',
      ).choices(['bash', 'zsh', 'fish']),
    ],
    examples: ['convecthub completion bash', 'convecthub completion zsh'],
    load: async () => (await import('./completion.ts')).completionVerb,
  },
  {
    name: '__complete',
    description: 'what the scripts of completion call',
    arguments: [new Argument('[words...]')],
    examples: [],
    hidden: true,
    load: async () => {
      const { completeVerb } = await import('./complete.ts')
      return (words: readonly string[]) => completeVerb(words, VERBS)
    },
  },
  {
    name: 'help',
    description: 'explain a verb, or a topic such as inventory or exit-codes',
    arguments: [new Argument('[topic...]', 'a verb, or one of the topics below')],
    examples: ['convecthub help provision', 'convecthub help exit-codes'],
    load: async () => {
      const { helpVerb } = await import('./help.ts')
      return (words: readonly string[]) => helpVerb(words, VERBS)
    },
  },
]
