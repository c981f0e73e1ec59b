import { Argument, Option } from 'commander'
import { OUTPUT, wholeNumber } from './shared-options.ts'
import type { Verb } from './verb.ts'

const NAME = new Option('--name <name>', 'which lab; its folder is ./<name>').default('lab')
const K3S_VERSION = new Option('--k3s-version <version>', 'version that the stand-in K3s shows')

/** The subcommands of `lab`. */
export const LAB_COMMANDS: readonly Verb[] = [
  {
    name: 'up',
    description: 'start machines; what runs already is left as it is',
    examples: ['convecthub lab up', 'convecthub lab up --machines 5 --drivers 3'],
    options: [
      NAME,
      new Option('--machines <n>', 'how many machines').default(3).argParser(wholeNumber),
      new Option('--drivers <n>', 'how many of them are drivers').default(1).argParser(wholeNumber),
      new Option('--install-docker', 'install and start Docker when it is missing (as root)'),
      new Option('--base <image>', 'base image of the machines'),
      K3S_VERSION,
    ],
    load: async () => (await import('./lab.ts')).labUpVerb,
  },
  {
    name: 'down',
    description: 'remove the machines and all that belongs to them',
    examples: ['convecthub lab down', 'convecthub lab down --name second --image'],
    options: [NAME, new Option('--image', "also remove the machines' image")],
    load: async () => (await import('./lab.ts')).labDownVerb,
  },
  {
    name: 'status',
    description: 'show the machines',
    examples: ['convecthub lab status', 'convecthub lab status --name second'],
    options: [NAME, OUTPUT],
    load: async () => (await import('./lab.ts')).labStatusVerb,
  },
  {
    name: 'ssh',
    description: 'log in to a machine, or run a command there',
    examples: ['convecthub lab ssh driver1', 'convecthub lab ssh worker1 -- uptime'],
    arguments: [new Argument('<machine>', 'such as driver1'), new Argument('[command...]', 'after --')],
    options: [NAME],
    load: async () => (await import('./lab.ts')).labSshVerb,
  },
  {
    name: 'bundle',
    description: 'make a stand-in bundle: small programs that act like K3s and Helm',
    examples: ['convecthub lab bundle', 'convecthub lab bundle stand-in --k3s-version v1.34.2+k3s1'],
    arguments: [new Argument('[dir]', 'where; without it the folder shared/bin of the lab')],
    options: [NAME, K3S_VERSION],
    load: async () => (await import('./lab.ts')).labBundleVerb,
  },
]
