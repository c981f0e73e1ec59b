import type { OutputMode } from '../ui/renderer.ts'
import type { InventoryOptions } from './read-inventory.ts'

/** Most logins at once, as the guide's "at most 64 handshakes". */
export const MAX_FORKS = 64

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
  upgrade?: boolean
  insecureHub?: boolean
  acceptNewHostKeys?: boolean
  timeout?: number
}
