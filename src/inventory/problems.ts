import type { InventoryCode } from '../error-codes.ts'
import { ConvecthubError, ConvecthubErrors, type Origin } from '../errors.ts'
import { shortened } from '../printable.ts'
import { MASK } from '../secret.ts'
import { hasUrlLogin, isSecretName, maskSecrets } from './mask-secrets.ts'

/** Details of an inventory error. `line` is the wrong text, shown as evidence where no file can be quoted; `hint` says what to do. */
export interface ProblemDetails {
  origin?: Origin
  line?: string | undefined
  hint?: string | undefined
  cause?: unknown
}

/** Creates an inventory error. Masks passwords in all its texts. */
export function problem(code: InventoryCode, message: string, details: ProblemDetails = {}): ConvecthubError {
  const { origin, line, hint, cause } = details
  return new ConvecthubError(code, maskSecrets(message), {
    ...(origin && { origin }),
    ...(line !== undefined && { evidence: maskSecrets(line) }),
    ...(hint !== undefined && { hint: maskSecrets(hint) }),
    ...(cause !== undefined && { cause }),
  })
}

/** A part of a file for a message: not too long, and masked as a whole if it may hold a secret. */
export function quotable(text: string): string {
  return isSecretName(text) || hasUrlLogin(text) ? MASK : shortened(text)
}

/** The message for a word without a name, which is never shown: it may be the rest of a password. */
export const NAMELESS = 'Expected key=value'

/** Throws the collected errors, if any: a single one as itself, several as one ConvecthubErrors. */
export function throwAll(problems: readonly ConvecthubError[]): void {
  const [first] = problems
  if (first === undefined) return
  throw problems.length === 1 ? first : new ConvecthubErrors(problems)
}

/** Runs `read`. Adds the ConvecthubErrors that it throws to `problems` and rethrows any other error. */
export function collect<T>(problems: ConvecthubError[], read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    problems.push(...flatErrors(error))
    return undefined
  }
}

/** Returns the ConvecthubErrors in an error as a list. Rethrows any other error. */
export function flatErrors(error: unknown): ConvecthubError[] {
  if (error instanceof ConvecthubErrors) return error.errors
  if (error instanceof ConvecthubError) return [error]
  throw error
}
