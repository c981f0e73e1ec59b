import { setMaxListeners } from 'node:events'
import { EXIT } from '../exit-codes.ts'

/** Aborts on the first Ctrl-C or SIGTERM. The second one ends the program at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  // every job on every host adds a listener, so there is no sensible maximum
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
