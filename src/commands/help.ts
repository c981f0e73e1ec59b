import type { Command } from 'commander'
import { docPage } from '../doc-page.ts'
import { ConvecthubError } from '../errors.ts'
import { nearest } from '../inventory/edit-distance.ts'
import { markdownLines, pageWidth } from '../ui/markdown-lines.ts'
import { printLines } from '../ui/print-lines.ts'
import { makeProgram } from './make-program.ts'
import { TOPICS } from './topics.ts'
import type { Verb, VerbResult } from './verb.ts'

/** `help`: prints the help of one of `verbs`, and the page of the topic by that name. Error: USAGE. */
export async function helpVerb(words: readonly string[], verbs: readonly Verb[]): VerbResult {
  const program = makeProgram(verbs, () => {})
  const command = words.reduce<Command | undefined>(below, program)
  const [topic = ''] = words
  const page = words.length === 1 && Object.hasOwn(TOPICS, topic)
  if (!command && !page) throw unknown(program, words)
  command?.outputHelp()
  if (page) printLines([...(command ? [''] : []), ...markdownLines(docPage(topic), pageWidth())])
  return 'ok'
}

function below(command: Command | undefined, name: string): Command | undefined {
  return command?.commands.find((each) => each.name() === name)
}

function unknown(program: Command, words: readonly string[]): ConvecthubError {
  const verbs = program.createHelp().visibleCommands(program)
  const names = verbs.map((command) => command.name())
  const [first = '', second] = words
  const verb = below(program, first)
  const inside = verb?.commands.map((command) => command.name()) ?? []
  const meant =
    verb && second !== undefined
      ? nearest(second, inside)?.replace(/^/, `${first} `)
      : nearest(first, [...names, ...Object.keys(TOPICS)])
  const all = `verbs: ${names.join(', ')}; topics: ${Object.keys(TOPICS).join(', ')}`
  return new ConvecthubError('USAGE', `there is no help for '${words.join(' ')}'`, {
    hint: meant ? `did you mean ${meant}? All ${all}` : all,
  })
}
