import type { Readable, Writable } from 'node:stream'
import type { Script } from '../sh.ts'

/** How one remote job ended. `output` is its stdout and stderr in order; `ms` its run time seen from here. */
export interface Result {
  code: number
  output: string
  ms: number
}

/** A piece of a job's input: `size` bytes as they travel; `packed` ones are gzip. */
export interface Block {
  size: number
  packed: boolean
  data: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

export interface RunOptions {
  /** Names the wait in the error when a deadline passes. */
  name: string
  /** The whole job, ms. */
  timeoutMs: number
  /** The longest silence, ms; left out: as long as the whole job. */
  idleMs?: number
  onLine?: (line: string) => void
  signal?: AbortSignal
}

/** A root shell on one host. Every method fails with a ConvecthubError that names the host. */
export interface Connection {
  readonly host: string
  /** Remote commands (SSH execs) started so far: one, however many jobs ran. */
  readonly execs: number
  run(script: Script, options: RunOptions): Promise<Result>
  /**
   * Runs a script with the blocks as its stdin. One that ends before it has read all ends the sending; one whose
   * blocks stop early sees the end of its input. Each block that is on its way counts as a sign of life.
   */
  feed(script: Script, blocks: AsyncIterable<Block>, options: RunOptions): Promise<Result>
  /** Takes the host's lock for as long as this connection lives; error LOCKED names the holder. */
  lock(owner: string): Promise<void>
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
