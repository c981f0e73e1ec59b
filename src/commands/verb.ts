import type { Argument, Command, Option } from 'commander'
import type { ExitName } from '../exit-codes.ts'

/** How a verb ended: the name of an exit code, or the exit code of the program that it ran, such as ssh. */
export type VerbResult = Promise<ExitName | number>

/** The code of a verb. Gets the positional arguments, then the options, typed as commander passes them. */
export type Run = (...handed: Command['processedArgs']) => VerbResult

/** A verb of the command line, or a subcommand. */
export interface Verb {
  name: string
  description: string
  arguments?: readonly Argument[]
  options?: readonly Option[]
  /** Subcommands. They accept the options of this verb as well. */
  commands?: readonly Verb[]
  /** Imports the code when the verb is called. Absent for a verb that only groups subcommands. */
  load?: () => Promise<Run>
  /** Two command lines for the help. */
  examples: readonly string[]
  /** Not listed in the help. */
  hidden?: boolean
}
