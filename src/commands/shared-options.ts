import { InvalidArgumentError, Option } from 'commander'
import type { CommonOptions } from '../fleet/common-options.ts'
import { acceptedFindings } from './accepted-findings.ts'

/** The option of every verb that reports something. */
export const OUTPUT = new Option(
  '--output <mode>',
  'output format (default: tty on a terminal, else plain)',
).choices(['tty', 'plain', 'json'])

/** Options that select the inventory, for every verb that reads one. */
export const SOURCES: readonly Option[] = [
  new Option(
    '-i, --inventory <source>',
    'inventory file, folder or host list; may be given several times',
  ).argParser(collect),
  new Option(
    '-e, --extra-vars <vars>',
    'k=v or @file, over all other variables; may be given several times',
  ).argParser(collect),
  new Option('--ask-vault-pass', 'ask for the password of ansible-vault, once'),
  new Option(
    '--vault-password-file <file>',
    'file with that password, or a program that prints it',
  ).argParser(once),
]

/** Options that say how to log in. */
export const LOGIN: readonly Option[] = [
  new Option('-k, --ask-pass', 'ask for the password of ssh, once for all hosts'),
  new Option('-K, --ask-become-pass', 'ask for the sudo password, once for all hosts'),
  new Option('-T, --timeout <seconds>', 'how long to wait for a login (default: 10)').argParser(wholeNumber),
  new Option('--accept-new-host-keys', 'take unknown host keys and keep them in known_hosts'),
]

/** The options of every verb that only logs in. */
export const ON_HOSTS: readonly Option[] = [...SOURCES, ...LOGIN]

/** The options of every verb that works on hosts. */
export const COMMON: readonly Option[] = [
  ...ON_HOSTS,
  new Option('-l, --limit <pattern>', 'only these hosts: names, groups, globs, :&both, :!not'),
  new Option('-f, --forks <n>', 'most logins at once (default: all hosts, at most 64)').argParser(
    wholeNumber,
  ),
  new Option('-v, --verbose', 'show what the machines print')
    .default(0)
    .argParser((_text, before: number) => before + 1),
  OUTPUT,
  new Option('--no-color', 'no colours; NO_COLOR does the same'),
]

/** The options of verbs that need the bundle. */
export const ON_BUNDLE: readonly Option[] = [
  ...COMMON,
  new Option('--bundle <folder>', 'folder of the artifacts (default: shared/bin beside the inventory)'),
  new Option(
    '--ignore-preflight <ids>',
    'findings to take as warnings, such as cpu,memory; `convecthub explain` lists them',
  ).argParser(acceptedFindings),
  new Option('--upgrade', 'bring the cluster to the K3s of the bundle, where that is a newer one'),
  new Option('--no-relay', 'send every file from here, instead of once and then from host to host'),
  new Option('--insecure-hub', 'warn of JupyterHub values that let anybody log in, instead of refusing them'),
]

/** Picks the options in ON_HOSTS, to print the command line of a verb that takes no others. */
export function loginOptions(options: CommonOptions): CommonOptions {
  const names = ON_HOSTS.map((option) => option.attributeName())
  const picked = Object.entries(options).filter(([name]) => names.includes(name))
  return { color: options.color, ...Object.fromEntries(picked) }
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function once(value: string, before?: string): string {
  if (before !== undefined) throw new InvalidArgumentError('it can be given only once')
  return value
}

/** Parses an option that is a whole number of at least 1. Throws commander's InvalidArgumentError. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on is needed')
  return Number(text)
}
