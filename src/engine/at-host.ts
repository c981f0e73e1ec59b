import { ConvecthubError, faultOf } from '../errors.ts'

/**
 * Adds host and step to an error that does not have them. Anything but a ConvecthubError is a bug in convecthub, perhaps
 * triggered by this host's answers: it becomes FAULT on this host, and the other hosts go on.
 */
export function atHost(error: unknown, host: string, step: string): ConvecthubError {
  const known = faultOf(error)
  const { code, message, details } = known
  if (details.host === host && details.step !== undefined) return known
  return new ConvecthubError(code, message, { step, ...details, host })
}
