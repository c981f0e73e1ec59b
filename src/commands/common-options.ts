import { Command, InvalidArgumentError, Option } from 'commander'
import type { ExitName } from '../exit-codes.ts'
import type { CommonOptions } from '../fleet/common-options.ts'

/** How a verb ended, by the name of its exit code. */
export type VerbResult = Promise<ExitName>

/** Options that say which machines, for every verb. */
export function sources(command: Command): Command {
  return command
    .option(
      '-i, --inventory <source>',
      'inventory file, folder or host list; may be given several times',
      collect,
    )
    .option(
      '-e, --extra-vars <vars>',
      'k=v or @file, over all other variables; may be given several times',
      collect,
    )
    .option('--ask-vault-pass', 'ask for the password of ansible-vault, once')
    .option('--vault-password-file <file>', 'file with that password, or a program that prints it', once)
}

/** Options that say how to log in. */
export function login(command: Command): Command {
  return sources(command)
    .option('-k, --ask-pass', 'ask for the password of ssh, once for all hosts')
    .option('-K, --ask-become-pass', 'ask for the sudo password, once for all hosts')
    .option('-T, --timeout <seconds>', 'how long to wait for a login (default: 10)', wholeNumber)
    .option('--accept-new-host-keys', 'take unknown host keys and keep them in known_hosts')
}

/** Those of a verb's options that `login` takes, for the command line of a verb that takes no others. */
export function loginOptions(options: CommonOptions): CommonOptions {
  const names = login(new Command()).options.map((option) => option.attributeName())
  const picked = Object.entries(options).filter(([name]) => names.includes(name))
  return { color: options.color, ...Object.fromEntries(picked) }
}

/** The options of every verb on all machines. */
export function common(command: Command): Command {
  return login(command)
    .option('-l, --limit <pattern>', 'only these hosts: names, groups, globs, :&both, :!not')
    .option('-f, --forks <n>', 'most logins at once (default: all hosts, at most 64)', wholeNumber)
    .option(
      '-v, --verbose',
      'show what the machines print; -vv and -vvv show more',
      (_value, before: number) => before + 1,
      0,
    )
    .addOption(
      new Option('--output <mode>', 'how to tell it (default: tty on a terminal, else plain)').choices([
        'tty',
        'plain',
        'json',
      ]),
    )
    .option('--no-color', 'no colours; NO_COLOR does the same')
}

/** The options of verbs that need the bundle. */
export function onBundle(command: Command): Command {
  return command
    .option('--bundle <folder>', 'folder of the artifacts (default: shared/bin beside the inventory)')
    .option('--ignore-preflight <ids>', 'findings to take as warnings, such as cpu,memory', (text) =>
      text.split(','),
    )
    .option('--upgrade', 'bring the cluster to the K3s of the bundle, where that is a newer one')
    .option('--insecure-hub', 'warn of JupyterHub values that let anybody log in, instead of refusing them')
}

/** An option that may be given several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function once(value: string, before?: string): string {
  if (before !== undefined) throw new InvalidArgumentError('it can be given only once')
  return value
}

/** An option that is a number from 1 on; error: commander's. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on is needed')
  return Number(text)
}
