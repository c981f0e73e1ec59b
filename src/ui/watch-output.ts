import { ConvecthubError } from '../errors.ts'
import { systemReason } from '../system-error.ts'

/**
 * Keeps a stdout or stderr that takes no more from ending the program with a stack. The returned function waits for what
 * was written, and says why stdout could not be written: STDOUT. Of a full stderr nobody can be told.
 */
export function watchOutput(): () => Promise<ConvecthubError | undefined> {
  let lost: ConvecthubError | undefined
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error) => {
    if (!isLostOutput(error)) return
    lost ??= new ConvecthubError('STDOUT', `cannot write to stdout: ${systemReason(error)}`)
  })
  // a stream reports its errors in the next turn
  return () => new Promise((resolve) => setImmediate(() => resolve(lost)))
}

/** Whether an error of stdout is one. A reader that stops early, such as `| head`, is none. */
export function isLostOutput(error: NodeJS.ErrnoException): boolean {
  return error.code !== 'EPIPE'
}
