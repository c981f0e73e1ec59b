import { setMaxListeners } from 'node:events'
import { EXIT } from '../exit-codes.ts'
import { isLostOutput } from '../ui/watch-output.ts'

/**
 * Aborts on the first Ctrl-C or SIGTERM, and calls `stopping`, which tells so. The second one ends the program at once. Aborts as well when
 * stdout takes no more. `ignore` ends the listening, for the next run of the same verb.
 */
export function interruptSignal(stopping: () => void): { signal: AbortSignal; ignore: () => void } {
  const controller = new AbortController()
  // every job on every host adds a listener, so there is no sensible maximum
  setMaxListeners(0, controller.signal)
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted.code)
    stopping()
    controller.abort()
  }
  const endWithoutOutput = (error: Error) => {
    if (isLostOutput(error)) controller.abort()
  }
  process.stdout.on('error', endWithoutOutput)
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, stop)
  return {
    signal: controller.signal,
    ignore: () => {
      process.stdout.off('error', endWithoutOutput)
      for (const name of signals) process.off(name, stop)
    },
  }
}
