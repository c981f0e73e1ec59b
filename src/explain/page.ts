import type { ErrorCode, FindingId, WarningCode } from '../error-codes.ts'

/** Everything that `convecthub explain` has a page for. */
export type Code = ErrorCode | FindingId | WarningCode

/** What a code means, what usually causes it, and what to do. Plain sentences; commands stand in backticks. */
export interface Page {
  means: string
  causes: string
  fix: string
}

/** A part of the pages. */
export type Pages = Readonly<Partial<Record<Code, Page>>>
