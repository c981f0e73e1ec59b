import type { Argument, Option } from 'commander'
import { printLines } from '../ui/print-lines.ts'
import { type Candidate, valuesOf } from './complete-values.ts'
import type { Verb, VerbResult } from './verb.ts'

/** What may stand in the place of the last word: words, or a path, which the shell completes itself. */
export interface Completions {
  candidates: readonly Candidate[]
  files: boolean
}

/** What the words before the last one say. */
interface Line {
  verb: Verb | undefined
  /** Names of the verb and its subcommand. */
  path: readonly string[]
  /** Verbs or subcommands that may come next. */
  verbs: readonly Verb[]
  options: readonly Option[]
  /** The option whose value comes next. */
  pending: Option | undefined
  /** Values of options, by their long flag. */
  given: ReadonlyMap<string, readonly string[]>
  positional: readonly string[]
  /** After `--`. */
  ended: boolean
}

/** `__complete`: what the scripts of `completion` call. Prints a candidate and its meaning on each line, or `:files`. */
export async function completeVerb(words: readonly string[], verbs: readonly Verb[]): VerbResult {
  const { candidates, files } = await completions(words, verbs)
  printLines([...candidates.map(({ word, about }) => `${word}\t${about}`), ...(files ? [':files'] : [])])
  return 'ok'
}

/** The completions of the last of `words`, which follow the name of the program. The last word may be empty. */
export async function completions(words: readonly string[], all: readonly Verb[]): Promise<Completions> {
  const current = words.at(-1) ?? ''
  const line = readLine(words.slice(0, -1), all)
  if (line.ended) return { candidates: [], files: false }
  if (line.pending) return optionValue(line, line.pending, current)
  const [flag = '', value] = current.split(/=(.*)/s, 2)
  const valued = value === undefined ? undefined : optionOf(line.options, flag)
  if (valued && value !== undefined) return optionValue(line, valued, value, `${flag}=`)
  if (current.startsWith('-')) return { candidates: starting(current, flagsOf(line)), files: false }
  if (line.verbs.length > 0 && line.positional.length === 0)
    return { candidates: starting(current, line.verbs.map(named)), files: false }
  return argumentOf(line, current, all)
}

function readLine(words: readonly string[], all: readonly Verb[]): Line {
  let verb: Verb | undefined
  let verbs = all.filter(({ hidden }) => !hidden)
  let pending: Option | undefined
  let options: readonly Option[] = []
  const path: string[] = []
  const positional: string[] = []
  const given = new Map<string, string[]>()
  const give = (option: Option, value: string) => {
    const flag = option.long ?? option.flags
    given.set(flag, [...(given.get(flag) ?? []), value])
  }
  for (const word of words) {
    const [flag = '', value] = word.split(/=(.*)/s, 2)
    const below = positional.length === 0 ? verbs.find(({ name }) => name === word) : undefined
    if (pending) {
      give(pending, word)
      pending = undefined
    } else if (word === '--') return { verb, path, verbs, options, pending, given, positional, ended: true }
    else if (word.startsWith('-')) {
      const option = optionOf(options, flag)
      if (option && value !== undefined) give(option, value)
      else if (option?.required) pending = option
    } else if (below) {
      verb = below
      path.push(word)
      verbs = [...(below.commands ?? [])]
      options = [...options, ...(below.options ?? [])]
    } else positional.push(word)
  }
  return { verb, path, verbs, options, pending, given, positional, ended: false }
}

function optionOf(options: readonly Option[], flag: string): Option | undefined {
  return options.find(({ short, long }) => flag === short || flag === long)
}

async function optionValue(line: Line, option: Option, current: string, before = ''): Promise<Completions> {
  const place = { path: line.path, name: option.long ?? '', current, given: line.given }
  return completed(place, option.argChoices, option.flags, before)
}

async function argumentOf(line: Line, current: string, verbs: readonly Verb[]): Promise<Completions> {
  const all = line.verb?.arguments ?? []
  const last = all.at(-1)
  const argument: Argument | undefined = all[line.positional.length] ?? (last?.variadic ? last : undefined)
  if (!argument) return { candidates: [], files: false }
  const place = {
    path: line.path,
    name: argument.name(),
    current,
    given: line.given,
    before: line.positional,
    verbs,
  }
  return completed(place, argument.argChoices, `<${argument.name()}>`, '')
}

async function completed(
  place: Parameters<typeof valuesOf>[0],
  choices: readonly string[] | undefined,
  flags: string,
  before: string,
): Promise<Completions> {
  const values = choices?.map((word) => ({ word, about: '' })) ?? (await valuesOf(place))
  return {
    candidates: starting(place.current, values).map(({ word, about }) => ({
      word: `${before}${word}`,
      about,
    })),
    files: /<(file|folder|dir|source)>/.test(flags),
  }
}

function flagsOf({ options, path }: Line): Candidate[] {
  const own = options.map(({ long, short, description }) => ({
    word: long ?? short ?? '',
    about: description,
  }))
  const version = path.length === 0 ? [{ word: '--version', about: 'output the version number' }] : []
  return [...own, ...version, { word: '--help', about: 'display help for command' }]
}

function named({ name, description }: Verb): Candidate {
  return { word: name, about: description }
}

function starting(text: string, values: readonly Candidate[]): Candidate[] {
  return values.filter(({ word }) => word.startsWith(text))
}
