import { ConvecthubError } from '../errors.ts'
import { LOCK } from '../layout.ts'
import type { Script } from '../sh.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Block, Connection, FeedOptions, Result, RunOptions, ScriptOptions } from './connection.ts'
import { type Job, startJob } from './job.ts'
import { openShell, type Shell, type ShellOptions, type StartChannel } from './shell.ts'

/** How the host's lock was not taken, as session.sh tells it; what a script ends with is never below 0. */
const HELD = -75

/** How long a host may take to read what was sent, once its job has ended or is to stop, ms. */
const LAST_MS = 30_000

/** The most that a host may say during one job, bytes: no job of ours says a hundredth of it. */
const MOST = 32 * 1024 * 1024

/**
 * Makes a Connection of a bootstrap command: one job at a time, each a frame to the program that templates/remote/
 * session.sh is. What sudo refuses fails the first job. Errors: those of openShell, TIMEOUT, SOURCE (what is to be
 * sent cannot be read), LOCKED, NO_LOCK, TOO_MUCH_OUTPUT.
 */
export async function openSession(
  host: string,
  start: StartChannel,
  boot: Bootstrap,
  options: Pick<ShellOptions, 'password' | 'withheld' | 'startMs'> & { disconnect: () => void },
): Promise<Connection> {
  const session = new Session(host, options.disconnect)
  const shell = await openShell(host, start, boot, {
    ...options,
    onBytes: (count) => session.onBytes(count),
    onLine: (line) => session.onLine(line),
    onFrame: (words) => session.onFrame(words),
    onEnd: (error) => session.die(error),
  })
  session.begin(shell)
  return session
}

class Session implements Connection {
  readonly host: string
  readonly #disconnect: () => void
  #shell: Shell | undefined
  #job: Job | undefined
  #nextId = 1
  /** Why nothing can be run any more. */
  #dead: ConvecthubError | undefined
  /** Bytes since the last job began. */
  #said = 0

  constructor(host: string, disconnect: () => void) {
    this.host = host
    this.#disconnect = disconnect
  }

  begin(shell: Shell): void {
    this.#shell = shell
  }

  get execs(): number {
    return this.#open().execs
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
      if (!this.#dead) await this.#open().write('0\n')
      job.wait()
    })
  }

  close(): void {
    try {
      this.#open().end()
    } catch {
      // a link that is gone takes no goodbye
    }
    this.#disconnect()
  }

  onBytes(count: number): void {
    this.#said += count
    if (this.#said > MOST && !this.#dead) this.die(tooMuch(this.host, this.#job?.name))
  }

  onLine(line: string): void {
    this.#job?.line(line)
  }

  onFrame([word, id, code]: readonly string[]): void {
    const job = this.#job
    if (job?.id !== Number(id)) return
    if (word === 'end') job.end(Number(code))
    if (word === 'killed') job.end(143)
    if (word === 'locked') job.end(-Number(code))
  }

  /** Fails the job under way, and all that come. */
  die(error: ConvecthubError): void {
    this.#dead ??= error
    const failed = this.#job
    this.#job = undefined
    failed?.fail(this.#dead)
    this.#disconnect()
  }

  #open(): Shell {
    if (!this.#shell) throw new Error(`the shell of ${this.host} is not open yet`)
    return this.#shell
  }

  /** Sends by `send`, and settles when all is sent and the host has said that the job has ended. */
  async #exchange(options: RunOptions, send: (job: Job) => Promise<void>): Promise<Result> {
    const { name, signal } = options
    const { host } = this
    if (this.#dead) throw this.#dead
    if (signal?.aborted) throw new ConvecthubError('INTERRUPTED', `${name}: not begun`, { host })
    const job = this.#begin(options)
    const sending = this.#send(job, send)
    let last: NodeJS.Timeout | undefined
    const within = (error: ConvecthubError) => {
      last ??= setTimeout(() => this.die(error), LAST_MS)
    }
    const abort = () => {
      within(new ConvecthubError('INTERRUPTED', `${name}: it did not stop`, { host }))
      // after what is being sent, or it would be taken for part of that
      sending.then(() => this.#open().write('kill TERM\n'))
    }
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const result = await job.result
      within(notRead(host, name))
      // what is still being sent would get into the next job's way
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
    this.#job = startJob(this.host, this.#nextId++, options, (error) => this.die(error))
    this.#said = 0
    return this.#job
  }

  async #send(job: Job, send: (job: Job) => Promise<void>): Promise<void> {
    try {
      await this.#open().opened
      await send(job)
    } catch (cause) {
      const { message } = cause as Error
      this.die(new ConvecthubError('SOURCE', `${job.name}: ${message}`, { host: this.host, cause }))
    }
  }

  #order(word: 'run' | 'feed', { id }: Job, script: Script, more = ''): void {
    this.#open().order(`${word} ${id}`, script.reveal(), more)
  }

  /** Exactly as many bytes as were announced: one too many would be read as an order. */
  async #sendBlock(job: Job, { size, raw, data }: Block): Promise<void> {
    const shell = this.#open()
    shell.write(raw === undefined ? `${size}\n` : `${size} ${raw}\n`)
    let sent = 0
    for await (const chunk of data) {
      sent += chunk.length
      if (sent > size) break
      if (this.#dead) return
      await shell.write(chunk)
      job.touch()
    }
    // the host waits for the rest, which nothing but the end of the session can call off
    if (sent !== size && !this.#dead)
      throw new Error(`the source gave ${sent > size ? 'more than' : `${sent} of`} ${size} bytes`)
  }
}

function notLocked(host: string, { code, output }: Result): ConvecthubError {
  if (code === HELD) {
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
  return new ConvecthubError('TOO_MUCH_OUTPUT', `${job}: more than ${MOST / 1024 / 1024} MiB of output`, {
    host,
    hint: 'the connection was closed; look at what the host prints there: `ssh` to it',
  })
}

function notRead(host: string, name: string): ConvecthubError {
  return new ConvecthubError('TIMEOUT', `${name}: it ended, but its input was not read`, {
    host,
    hint: 'look at the host, then run the same command again: it continues',
  })
}

/** A frame is a line: a newline in it would begin another one. */
function frameWord(text: string): string {
  if (text.includes('\n')) throw new Error('it holds a newline')
  return text
}
