import type { LocalSide } from './local-side.ts'
import type { SshOptions } from './ssh-options.ts'

/** The connection to find the options for. */
export interface SshConfigQuery {
  /** The host as passed to ssh; Host patterns are matched against it. */
  host: string
  /** Options from ssh's command line. They win over the files. */
  given?: SshOptions
  local: LocalSide
}
