import { ConvecthubError } from '../errors.ts'
import type { Change } from './change.ts'

/** The error of a host after Ctrl-C. It names the change that was under way. */
export function interrupted(host: string, step: string, change: Change | undefined): ConvecthubError {
  const what = change ? `stopped during: ${change.title}` : 'stopped'
  const goesOn = change?.kind === 'packages' || (change?.kind === 'run' && change.durable)
  return new ConvecthubError('INTERRUPTED', what, {
    host,
    step,
    hint: goesOn
      ? 'it goes on by itself on the host; the same command waits for it and continues'
      : 'the same command continues',
  })
}
