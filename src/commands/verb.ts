import type { Argument, Command, Option } from 'commander'
import type { ExitName } from '../exit-codes.ts'

/** How a verb ended: the name of its exit code, or the code of a program that ran in its place. */
export type VerbResult = Promise<ExitName | number>

/** The code of a verb. It gets its arguments in their order, then its options, typed as commander hands them over. */
export type Run = (...handed: Command['processedArgs']) => VerbResult

/** One verb of the command line, or a command below one. */
export interface Verb {
  name: string
  description: string
  arguments?: readonly Argument[]
  options?: readonly Option[]
  /** Commands below it, to each of which the verb's own options count as well. */
  commands?: readonly Verb[]
  /** Imports its code, only when it is called; a verb without it only holds commands. */
  load?: () => Promise<Run>
}
