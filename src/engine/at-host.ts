import { ConvecthubError, faultOf } from '../errors.ts'

/**
 * Adds host and step to an error. Anything but a ConvecthubError is a bug in convecthub, perhaps triggered by this
 * host's answers: it becomes FAULT on this host, and the other hosts go on.
 */
export function atHost(error: unknown, host: string, step: string): ConvecthubError {
  const { code, message, details } = faultOf(error)
  return new ConvecthubError(code, message, { step, ...details, host })
}
