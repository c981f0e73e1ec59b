import type { OutputMode } from '../ui/renderer.ts'
import type { InventoryOptions } from './read-inventory.ts'

/** Maximum number of simultaneous logins. Source: the guide's "at most 64 handshakes". */
export const MAX_FORKS = 64

/** The options of verbs that work on hosts, as commander passes them. */
export interface CommonOptions extends InventoryOptions {
  limit?: string
  askPass?: boolean
  askBecomePass?: boolean
  forks?: number
  verbose?: number
  output?: OutputMode
  /** False for --no-color. */
  color: boolean
  bundle?: string
  ignorePreflight?: string[]
  upgrade?: boolean
  /** False for --no-relay. */
  relay?: boolean
  insecureHub?: boolean
  deleteData?: boolean
  acceptNewHostKeys?: boolean
  timeout?: number
}
