import type { InventoryCode } from '../error-codes.ts'
import { ConvecthubError, ConvecthubErrors, type Origin } from '../errors.ts'
import { maskSecrets } from './mask-secrets.ts'

/** What a problem says besides its code: `line` is the text of the line as evidence, `hint` what was expected. */
export interface ProblemDetails {
  origin?: Origin
  line?: string | undefined
  hint?: string | undefined
  cause?: unknown
}

/** One inventory error; every code of this room starts with `inventory-`. Passwords in the texts are masked. */
export function problem(code: InventoryCode, message: string, details: ProblemDetails = {}): ConvecthubError {
  const { origin, line, hint, cause } = details
  return new ConvecthubError(code, maskSecrets(message), {
    ...(origin && { origin }),
    ...(line !== undefined && { evidence: maskSecrets(line) }),
    ...(hint !== undefined && { hint: maskSecrets(hint) }),
    ...(cause !== undefined && { cause }),
  })
}

/** Throws what was collected: nothing, the one error, or all of them at once. */
export function throwAll(problems: readonly ConvecthubError[]): void {
  const [first] = problems
  if (first === undefined) return
  throw problems.length === 1 ? first : new ConvecthubErrors(problems)
}

/** Runs `read` and adds the ConvecthubErrors it throws to `problems`; other errors pass. */
export function collect<T>(problems: ConvecthubError[], read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ConvecthubError) problems.push(error)
    else if (error instanceof ConvecthubErrors) problems.push(...error.errors)
    else throw error
    return undefined
  }
}
