import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError, type Origin } from '../errors.ts'

/** An error in what the inventory says about the cluster. */
export function clusterProblem(
  code: ErrorCode,
  message: string,
  origin: Origin | undefined,
  hint: string,
  host?: string,
): ConvecthubError {
  return new ConvecthubError(code, message, {
    hint,
    ...(origin && { origin }),
    ...(host && { host }),
  })
}
