import { type ErrorCode, exitOf, type FindingId } from './error-codes.ts'
import type { ExitName } from './exit-codes.ts'
import { oneLine, printable, shortened } from './printable.ts'
import { systemProblem } from './system-error.ts'

/** A position in a file; `line` and `column` count from 1. */
export interface Origin {
  file: string
  line?: number
  column?: number
}

export interface ErrorDetails {
  /** What the user can do: one sentence or one command. */
  hint?: string
  host?: string
  step?: string
  origin?: Origin
  /** The lines that show the cause: stderr, journal, the line of a file. */
  evidence?: string
  cause?: unknown
}

/**
 * The only error class that users see. `code` is stable: it decides about retries and the exit code, never the text.
 * Any other error is a bug in convecthub, see faultOf. The texts may quote untrusted hosts and files, so they are made
 * printable and cut to a readable length; message and hint become one line.
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

/** Maximum length of a message or a hint, in characters. */
const LONGEST = 1000

/** Maximum size of the evidence: lines, and characters per line. */
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

/**
 * Wraps an unexpected error: as LOCAL_IO if this computer refused to do something, such as to write to a full disk; else
 * as FAULT, with the top of its stack as evidence. Returns a ConvecthubError unchanged.
 */
export function faultOf(error: unknown): ConvecthubError {
  if (error instanceof ConvecthubError) return error
  const local = systemProblem(error)
  if (local) return new ConvecthubError('LOCAL_IO', local.message, { cause: error, hint: local.hint })
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return new ConvecthubError('FAULT', `a fault of convecthub itself: ${message}`, {
    cause: error,
    evidence: stack?.split('\n').slice(1, 8).join('\n') ?? '',
    hint: 'please report it, with these lines',
  })
}

/** Several errors that are reported together. `exit` is that of the first. */
export class ConvecthubErrors extends AggregateError {
  override readonly name = 'ConvecthubErrors'
  declare readonly errors: ConvecthubError[]
  readonly exit: ExitName

  constructor(errors: readonly ConvecthubError[]) {
    super(errors, `${errors.length} problems`)
    this.exit = errors[0]?.exit ?? 'internal'
  }
}

/** Formats as "file:line:column", which editors and terminals turn into links. */
export function formatOrigin(origin: Origin): string {
  return [origin.file, origin.line, origin.column].filter((part) => part !== undefined).join(':')
}
