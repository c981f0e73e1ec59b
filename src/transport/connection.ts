import type { Readable, Writable } from 'node:stream'
import type { Script } from '../sh.ts'

/** How a remote job ended. `output`: its stdout and stderr, interleaved. `ms`: its run time as measured here. */
export interface Result {
  code: number
  output: string
  ms: number
}

/** A piece of a job's input: `size` bytes as sent. If `raw` is set, they are gzip that unpacks to `raw` bytes. */
export interface Block {
  size: number
  raw?: number
  data: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export interface RunOptions {
  /** Names the job in errors, such as a passed deadline. */
  name: string
  /** Deadline for the whole job, ms. */
  timeoutMs: number
  /** Longest silence while input is being sent, ms. Default: no limit but timeoutMs. */
  idleMs?: number
  onLine?: (line: string) => void
  signal?: AbortSignal
}

export interface ScriptOptions extends RunOptions {
  /** Run the script only if this owner gets the host's lock, which is then held until the connection ends. */
  lock?: string
}

export interface FeedOptions extends RunOptions {
  into?: { file: string; have: number }
}

/** A root shell on one host. Every method fails with a ConvecthubError that names the host. */
export interface Connection {
  readonly host: string
  /** SSH execs so far: one however many jobs ran, or two where sudo insisted on a terminal. */
  readonly execs: number
  /** Whether sudo has asked for the password. Final once a job has ended. */
  readonly sudoAsked: boolean
  /** Runs a script. Errors: LOCKED when another run has the lock (names it), NO_LOCK when the host cannot lock. */
  run(script: Script, options: ScriptOptions): Promise<Result>
  /**
   * Runs a script with the blocks as its stdin. If the script ends early, sending stops; if the blocks end early, the
   * script sees the end of its input. Every chunk sent counts as a sign of life.
   *
   * With `into`, the blocks are appended to the first `have` bytes of a file (0 starts it anew), which saves the host
   * one copy; the script then reads a line with the size of each block that has arrived.
   */
  feed(script: Script, blocks: AsyncIterable<Block>, options: FeedOptions): Promise<Result>
  close(): void
}

/** A started remote command, over SSH or as a local child. */
export interface Channel {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Resolves when the command has ended or the link is gone. `error`: why the link broke. */
  closed: Promise<{ code: number | undefined; error?: Error }>
  close(): void
}
