import { ConvecthubError, faultOf } from '../errors.ts'

/**
 * The error with host and step. What is not a ConvecthubError is a fault of ours, which one host's answers may have
 * found: it is FAULT on that host, and the others go on.
 */
export function atHost(error: unknown, host: string, step: string): ConvecthubError {
  const { code, message, details } = faultOf(error)
  return new ConvecthubError(code, message, { step, ...details, host })
}
