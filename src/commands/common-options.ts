import type { ExitName } from '../exit-codes.ts'
import type { OutputMode } from '../ui/renderer.ts'
import type { InventoryOptions } from './read-inventory.ts'

/** The options that every verb on machines takes, as commander hands them over. */
export interface CommonOptions extends InventoryOptions {
  limit?: string
  askPass?: boolean
  askBecomePass?: boolean
  forks?: number
  verbose?: number
  output?: OutputMode
  /** commander's form of --no-color. */
  color: boolean
  bundle?: string
  ignorePreflight?: string[]
  acceptNewHostKeys?: boolean
  timeout?: number
}

/** How a verb ended, by the name of its exit code. */
export type VerbResult = Promise<ExitName>
