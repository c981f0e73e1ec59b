import { setMaxListeners } from 'node:events'
import { EXIT } from '../exit-codes.ts'

/** A signal that the first Ctrl-C (or SIGTERM) raises; the second one ends the program at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  // every job of every host listens
  setMaxListeners(0, controller.signal)
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted.code)
    process.stderr.write('\nstopping; once more stops at once\n')
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
