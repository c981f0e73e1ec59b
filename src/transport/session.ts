import { ConvecthubError } from '../errors.ts'
import { LOCK } from '../layout.ts'
import type { Script } from '../sh.ts'
import { systemReason } from '../system-error.ts'
import type { Bootstrap } from './bootstrap.ts'
import type {
  Block,
  Channel,
  Connection,
  FeedOptions,
  Result,
  RunOptions,
  ScriptOptions,
} from './connection.ts'
import { type Job, startJob } from './job.ts'
import { Shell, type ShellOptions, type StartChannel } from './shell.ts'

/** session.sh's code when another run has the host's lock. Negative, because exit codes of scripts never are. */
const LOCK_HELD = -75

/** How long a host may take to read the rest of its input once a job has ended or been aborted, ms. */
const LAST_INPUT_MS = 30_000

/** The most output that a host may send during one job, bytes. No job of ours comes near a hundredth of it. */
const MOST_OUTPUT = 32 * 1024 * 1024

/**
 * Starts a session with a bootstrap command. It runs one job at a time, each sent as an order to the session's program,
 * templates/remote/session.sh. A refusal by sudo fails the first job. Errors: those of `start` and Shell, TIMEOUT,
 * SOURCE (the input cannot be read), LOCKED, NO_LOCK, TOO_MUCH_OUTPUT.
 */
export async function openSession(
  host: string,
  start: StartChannel,
  boot: Bootstrap,
  options: SessionOptions,
): Promise<Connection> {
  return new Session(host, start, boot, options, await start({ terminal: false }))
}

type SessionOptions = Pick<ShellOptions, 'password' | 'withheld' | 'byHand' | 'startMs'> & {
  disconnect: () => void
}

class Session implements Connection {
  readonly host: string
  readonly #disconnect: () => void
  readonly #shell: Shell
  #job: Job | undefined
  #nextId = 1
  /** Why the session has ended. */
  #dead: ConvecthubError | undefined
  /** Bytes received since the last job began. */
  #received = 0

  constructor(
    host: string,
    start: StartChannel,
    boot: Bootstrap,
    { disconnect, ...options }: SessionOptions,
    channel: Channel,
  ) {
    this.host = host
    this.#disconnect = disconnect
    const events = {
      onBytes: (count: number) => this.#count(count),
      onLine: (line: string) => this.#job?.line(line),
      onFrame: (words: readonly string[]) => this.#frame(words),
      onEnd: (error: ConvecthubError) => this.#die(error),
    }
    this.#shell = new Shell(host, start, boot, { ...options, ...events }, channel)
  }

  get execs(): number {
    return this.#shell.execs
  }

  get sudoAsked(): boolean {
    return this.#shell.sudoAsked
  }

  async run(script: Script, options: ScriptOptions): Promise<Result> {
    const { lock } = options
    const result = await this.#exchange(options, async (job) =>
      this.#order('run', job, script, lock && ` ${frameWord(lock)}`),
    )
    if (result.code >= 0) return result
    throw notLocked(this.host, result)
  }

  feed(script: Script, blocks: AsyncIterable<Block>, options: FeedOptions): Promise<Result> {
    return this.#exchange(options, async (job) => {
      const { into, signal } = options
      this.#order('feed', job, script, into && ` ${into.have} ${frameWord(into.file)}`)
      for await (const block of blocks) {
        if (job.over() || signal?.aborted) break
        await this.#sendBlock(job, block)
        if (this.#dead) break
      }
      if (!this.#dead) await this.#shell.write('0\n')
      job.wait()
    })
  }

  close(): void {
    try {
      this.#shell.end()
    } catch {
      // the link is already gone
    }
    this.#disconnect()
  }

  #count(count: number): void {
    this.#received += count
    if (this.#received > MOST_OUTPUT && !this.#dead) this.#die(tooMuch(this.host, this.#job?.name))
  }

  #frame([word, id, code]: readonly string[]): void {
    const job = this.#job
    if (job?.id !== Number(id)) return
    if (word === 'end') job.end(Number(code))
    if (word === 'killed') job.end(143)
    if (word === 'locked') job.end(-Number(code))
  }

  /** Ends the session: fails the current job and all later ones. */
  #die(error: ConvecthubError): void {
    this.#dead ??= error
    const failed = this.#job
    this.#job = undefined
    failed?.fail(this.#dead)
    this.#disconnect()
  }

  /** Runs one job. Settles when `send` has sent all its input and the host has reported the end of the job. */
  async #exchange(options: RunOptions, send: (job: Job) => Promise<void>): Promise<Result> {
    const { name, signal } = options
    const { host } = this
    if (this.#dead) throw this.#dead
    if (signal?.aborted) throw new ConvecthubError('INTERRUPTED', `${name}: not begun`, { host })
    const job = this.#begin(options)
    const sending = this.#send(job, send)
    let last: NodeJS.Timeout | undefined
    const dieSoon = (error: ConvecthubError) => {
      last ??= setTimeout(() => this.#die(error), LAST_INPUT_MS)
    }
    const abort = () => {
      dieSoon(new ConvecthubError('INTERRUPTED', `${name}: it did not stop`, { host }))
      // only after the current block: otherwise this would be read as part of it
      sending.then(() => this.#shell.write('kill TERM\n'))
    }
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const result = await job.result
      dieSoon(notRead(host, name))
      // otherwise the rest of the input would be mixed up with the next job
      await sending
      if (this.#dead) throw this.#dead
      return result
    } finally {
      clearTimeout(last)
      signal?.removeEventListener('abort', abort)
      if (this.#job === job) this.#job = undefined
    }
  }

  #begin(options: RunOptions): Job {
    if (this.#job) throw new Error(`${this.host}: ${options.name} began before the last job ended`)
    this.#job = startJob(this.host, this.#nextId++, options, (error) => this.#die(error))
    this.#received = 0
    return this.#job
  }

  async #send(job: Job, send: (job: Job) => Promise<void>): Promise<void> {
    try {
      await this.#shell.opened
      await send(job)
    } catch (cause) {
      const message = `${job.name}: ${systemReason(cause)}`
      this.#die(new ConvecthubError('SOURCE', message, { host: this.host, cause }))
    }
  }

  #order(word: 'run' | 'feed', { id }: Job, script: Script, more = ''): void {
    this.#shell.order(`${word} ${id}`, script.reveal(), more)
  }

  /** Sends exactly as many bytes as announced, because the host would read any further byte as an order. */
  async #sendBlock(job: Job, { size, raw, data }: Block): Promise<void> {
    this.#shell.write(raw === undefined ? `${size}\n` : `${size} ${raw}\n`)
    let sent = 0
    for await (const chunk of data) {
      sent += chunk.length
      if (sent > size) break
      if (this.#dead) return
      await this.#shell.write(chunk)
      job.touch()
    }
    // the host waits for the missing bytes, and only the end of the session can stop that
    if (sent !== size && !this.#dead)
      throw new Error(`the source gave ${sent > size ? 'more than' : `${sent} of`} ${size} bytes`)
  }
}

function notLocked(host: string, { code, output }: Result): ConvecthubError {
  if (code === LOCK_HELD) {
    const message = `another convecthub is at work on this host: ${output}`
    return new ConvecthubError('LOCKED', message, {
      host,
      hint: `wait for it to end, the lock goes with its connection; where its machine is gone for good, end it as root on the host: kill -- -$(cut -d' ' -f1 ${LOCK})`,
    })
  }
  return new ConvecthubError('NO_LOCK', 'the shell of this host cannot hold a lock', {
    host,
    evidence: output,
    hint: `two runs at once would harm each other; try it as root on the host: flock -n ${LOCK} true`,
  })
}

function tooMuch(host: string, job = 'login'): ConvecthubError {
  return new ConvecthubError(
    'TOO_MUCH_OUTPUT',
    `${job}: more than ${MOST_OUTPUT / 1024 / 1024} MiB of output`,
    {
      host,
      hint: 'the connection was closed; look at what the host prints there: `ssh` to it',
    },
  )
}

function notRead(host: string, name: string): ConvecthubError {
  return new ConvecthubError('TIMEOUT', `${name}: it ended, but its input was not read`, {
    host,
    hint: 'look at the host, then run the same command again: it continues',
  })
}

/** Checks a word for an order, which is one line and so cannot have a newline in it. */
function frameWord(text: string): string {
  if (text.includes('\n')) throw new Error('it holds a newline')
  return text
}
