import type { FindingId } from '../error-codes.ts'

/** A problem as preflight reports it. */
export interface Trouble {
  id: FindingId
  message: string
  hint: string
}
