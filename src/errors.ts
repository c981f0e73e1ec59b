import { type ErrorCode, exitOf, type FindingId } from './error-codes.ts'
import type { ExitName } from './exit-codes.ts'
import { oneLine, printable, shortened } from './printable.ts'

/** Where in a file something was written; `line` and `column` count from 1. */
export interface Origin {
  file: string
  line?: number
  column?: number
}

export interface ErrorDetails {
  /** What the user can do next: one sentence or one command. */
  hint?: string
  host?: string
  step?: string
  origin?: Origin
  /** The lines that show the cause: stderr, journal, the line of a file. */
  evidence?: string
  cause?: unknown
}

/**
 * The one error that users see. `code` is stable and decides everything that code decides (retry, exit code): one of
 * error-codes.ts, or what preflight found. Any other error is a fault of convecthub, see faultOf. Its texts may quote a host, a server or a file of somebody else's: message and hint are one line, and all is printable
 * and of a length that can be read.
 */
export class ConvecthubError extends Error {
  override readonly name = 'ConvecthubError'
  readonly code: ErrorCode | FindingId
  readonly exit: ExitName
  readonly details: ErrorDetails

  constructor(code: ErrorCode | FindingId, message: string, details: ErrorDetails = {}) {
    super(
      oneLine(shortened(message, LONGEST)),
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    const { hint, evidence } = details
    this.code = code
    this.exit = exitOf(code)
    this.details = {
      ...details,
      ...(hint !== undefined && { hint: oneLine(shortened(hint, LONGEST)) }),
      ...(evidence !== undefined && { evidence: lastLines(evidence) }),
    }
  }
}

/** Of a message or a hint, characters. */
const LONGEST = 1000

/** Of the evidence: lines, and characters of each. */
const EVIDENCE = { lines: 60, characters: 500 }

function lastLines(text: string): string {
  const lines = text.slice(-EVIDENCE.lines * EVIDENCE.characters).split('\n')
  return printable(
    lines
      .slice(-EVIDENCE.lines)
      .map((line) => shortened(line, EVIDENCE.characters))
      .join('\n'),
  )
}

/** An error that is a fault of ours as one that users see: FAULT, with where it was. A ConvecthubError stays what it is. */
export function faultOf(error: unknown): ConvecthubError {
  if (error instanceof ConvecthubError) return error
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return new ConvecthubError('FAULT', `a fault of convecthub itself: ${message}`, {
    cause: error,
    evidence: stack?.split('\n').slice(1, 8).join('\n') ?? '',
    hint: 'please report it, with these lines',
  })
}

/** Several problems told at once, each an error of its own; `exit` is that of the first. */
export class ConvecthubErrors extends AggregateError {
  override readonly name = 'ConvecthubErrors'
  declare readonly errors: ConvecthubError[]
  readonly exit: ExitName

  constructor(errors: readonly ConvecthubError[]) {
    super(errors, `${errors.length} problems`)
    this.exit = errors[0]?.exit ?? 'internal'
  }
}

/** "file:line:column" as editors and terminals link it. */
export function formatOrigin(origin: Origin): string {
  return [origin.file, origin.line, origin.column].filter((part) => part !== undefined).join(':')
}
