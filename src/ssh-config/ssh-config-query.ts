import type { LocalSide } from './local-side.ts'
import type { SshOptions } from './ssh-options.ts'

/** One call of ssh. */
export interface SshConfigQuery {
  /** As given to ssh: what the patterns of Host are held against. */
  host: string
  /** What was said outside the files, on ssh's command line: it wins. */
  given?: SshOptions
  local: LocalSide
}
