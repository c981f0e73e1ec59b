import type { Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/**
 * Whether a command line that cannot be parsed asks for `--output json`. A value of another option does not count, nor
 * what comes after `--`; of several, the last one counts. `words` come after the name of the program.
 */
export function wantsJson(words: readonly string[]): boolean {
  const valued = new Set(VERBS.flatMap(valuedFlags))
  let mode: string | undefined
  for (let at = 0; at < words.length && words[at] !== '--'; at += 1) {
    const word = words[at] ?? ''
    if (word.startsWith('--output=')) mode = word.slice('--output='.length)
    else if (valued.has(word)) {
      at += 1
      if (word === '--output') mode = words[at]
    }
  }
  return mode === 'json'
}

function valuedFlags({ options = [], commands = [] }: Verb): string[] {
  const valued = options.filter(({ required, optional }) => required || optional)
  return [
    ...valued.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
    ...commands.flatMap(valuedFlags),
  ]
}
