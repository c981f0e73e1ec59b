import type { Duplex } from 'node:stream'
import type { ErrorDetails } from '../errors.ts'
import type { Channel } from './connection.ts'

/** One SSH connection, logged in. */
export interface Link {
  /**
   * Starts a command. Errors: NO_SHELL when the host refuses it, or does not answer within `ms`; LOGIN_DROPPED when
   * the link breaks before.
   */
  exec(command: string, options: { ms: number; terminal: boolean }): Promise<Channel>
  /** A way from there to an address. Errors: those of exec. */
  forward(address: string, port: number): Promise<Duplex>
  /** Why the host may have no password, for the error of who needs one. */
  withheld: ErrorDetails | undefined
  /** Settles when it has ended, with the reason. */
  ended: Promise<Error>
  close(): void
}
