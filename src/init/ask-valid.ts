import { ConvecthubError } from '../errors.ts'
import { ask } from '../ui/ask.ts'
import { printLines } from '../ui/print-lines.ts'

/** Makes an error that says why a value is wrong. */
export type Wrong = (why: string) => ConvecthubError

/** For answers: the message alone is shown, because the question comes again. */
export const wrongAnswer: Wrong = (why) => new ConvecthubError('USAGE', why)

/**
 * Asks until `read` accepts the trimmed answer, and says in one line why it does not. `instead`: see ask(). Errors:
 * NO_ANSWER, INTERRUPTED.
 */
export async function askValid<T>(question: string, instead: string, read: (text: string) => T): Promise<T> {
  for (;;) {
    const text = (await ask(`${question}: `, { instead })).trim()
    try {
      return read(text)
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      printLines([`  ${error.message}`], process.stderr)
    }
  }
}
