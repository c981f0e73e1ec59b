import type { Readable, Writable } from 'node:stream'
import type { Script } from '../sh.ts'

/** How one remote job ended. `output` is its stdout and stderr in order; `ms` its run time seen from here. */
export interface Result {
  code: number
  output: string
  ms: number
}

/**
 * A piece of a job's input: `size` bytes as they travel; where `raw` is there, they are gzip of that many bytes. Each
 * chunk of `data` is used until the next one is asked for.
 */
export interface Block {
  size: number
  raw?: number
  data: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export interface RunOptions {
  /** Names the wait in the error when a deadline passes. */
  name: string
  /** The whole job, ms. */
  timeoutMs: number
  /** The longest silence, ms, while there is something to send; left out: as long as the whole job. */
  idleMs?: number
  onLine?: (line: string) => void
  signal?: AbortSignal
}

export interface ScriptOptions extends RunOptions {
  /** Who wants to have the host for itself: the script runs only with its lock, which lasts as long as the connection. */
  lock?: string
}

export interface FeedOptions extends RunOptions {
  into?: { file: string; have: number }
}

/** A root shell on one host. Every method fails with a ConvecthubError that names the host. */
export interface Connection {
  readonly host: string
  /** Remote commands (SSH execs) started so far: one, however many jobs ran. */
  readonly execs: number
  /** Errors LOCKED, which names the holder, when the lock that it needs is somebody else's, and NO_LOCK where there is none. */
  run(script: Script, options: ScriptOptions): Promise<Result>
  /**
   * Runs a script with the blocks as its stdin. One that ends before it has read all ends the sending; one whose
   * blocks stop early sees the end of its input. Each block that is on its way counts as a sign of life. With `into`
   * the blocks go behind the first `have` bytes of a file (0 begins it anew), which costs the host one copy less, and
   * the script reads a line with the size of each block that is there.
   */
  feed(script: Script, blocks: AsyncIterable<Block>, options: FeedOptions): Promise<Result>
  close(): void
}

/** A started remote command, over SSH or as a local child. */
export interface Channel {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  /** Settles once, when the command has ended or the link is gone; `error` tells why a link broke. */
  closed: Promise<{ code: number | undefined; error?: Error }>
  close(): void
}
