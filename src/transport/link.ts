import type { Duplex } from 'node:stream'
import type { ErrorDetails } from '../errors.ts'
import type { Channel } from './connection.ts'

/** An SSH connection that is logged in. */
export interface Link {
  /**
   * Starts a command. Errors: NO_SHELL when the host refuses it or does not answer within `ms`, LOGIN_DROPPED when the
   * link breaks first.
   */
  exec(command: string, options: { ms: number; terminal: boolean }): Promise<Channel>
  /** Opens a connection from that host to an address. Errors: those of exec. */
  forward(address: string, port: number): Promise<Duplex>
  /** Why no password may be sent to this host, for errors about a missing one. */
  withheld: ErrorDetails | undefined
  /** Resolves with the reason when the link has ended. */
  ended: Promise<Error>
  close(): void
}
