import type { Duplex } from 'node:stream'
import type { Channel } from './connection.ts'

/** One SSH connection, logged in. */
export interface Link {
  /**
   * Starts a command. Errors: NO_SHELL when the host refuses it, or does not answer within `ms`; LOGIN_DROPPED when
   * the link breaks before.
   */
  exec(command: string, options: { ms: number; terminal: boolean }): Promise<Channel>
  /** A way from there to an address; error UNREACHABLE. */
  forward(address: string, port: number): Promise<Duplex>
  /** Settles when it has ended, with the reason. */
  ended: Promise<Error>
  close(): void
}
