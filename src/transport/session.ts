import { ConvecthubError } from '../errors.ts'
import { LOCK } from '../layout.ts'
import type { Script } from '../sh.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Block, Connection, Result, RunOptions } from './connection.ts'
import { type Job, startJob } from './job.ts'
import { openShell, type ShellOptions, type StartChannel } from './shell.ts'

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
  let job: Job | undefined
  let nextId = 1
  let dead: ConvecthubError | undefined
  /** Bytes since the last job began. */
  let said = 0

  const die = (error: ConvecthubError) => {
    dead ??= error
    const failed = job
    job = undefined
    failed?.fail(dead)
    options.disconnect()
  }
  const shell = await openShell(host, start, boot, {
    ...options,
    onBytes(count) {
      said += count
      if (said > MOST && !dead) die(tooMuch(host, job?.name))
    },
    onLine: (line) => job?.line(line),
    onFrame([word, id, code]) {
      if (job?.id !== Number(id)) return
      if (word === 'end') job.end(Number(code))
      if (word === 'killed') job.end(143)
      if (word === 'locked') job.end(-Number(code))
    },
    onEnd: die,
  })

  /** Sends by `send`, settles when all is sent and the end mark came. */
  async function exchange(run: RunOptions, send: (own: Job) => Promise<void>): Promise<Result> {
    if (dead) throw dead
    if (run.signal?.aborted) throw new ConvecthubError('INTERRUPTED', `${run.name}: not begun`, { host })
    if (job) throw new Error(`${host}: ${run.name} began before the last job ended`)
    const own = startJob(host, nextId++, run, die)
    job = own
    said = 0
    const sending = shell.opened
      .then(() => send(own))
      .catch((cause) => die(new ConvecthubError('SOURCE', `${run.name}: ${cause.message}`, { host, cause })))
    let last: NodeJS.Timeout | undefined
    const within = (error: ConvecthubError) => {
      last ??= setTimeout(die, LAST_MS, error)
    }
    const abort = () => {
      within(new ConvecthubError('INTERRUPTED', `${run.name}: it did not stop`, { host }))
      // after what is being sent, or it would be taken for part of that
      sending.then(() => shell.write('kill TERM\n'))
    }
    run.signal?.addEventListener('abort', abort, { once: true })
    try {
      const result = await own.result
      within(notRead(host, run.name))
      // what is still being sent would get into the next job's way
      await sending
      if (dead) throw dead
      return result
    } finally {
      clearTimeout(last)
      run.signal?.removeEventListener('abort', abort)
      if (job === own) job = undefined
    }
  }

  const order = (word: 'run' | 'feed', { id }: Job, script: Script, more = '') =>
    shell.order(`${word} ${id}`, script.reveal(), more)

  /** Exactly as many bytes as were announced: one too many would be read as an order. */
  async function sendBlock(own: Job, { size, raw, data }: Block): Promise<void> {
    shell.write(raw === undefined ? `${size}\n` : `${size} ${raw}\n`)
    let sent = 0
    for await (const chunk of data) {
      sent += chunk.length
      if (sent > size) break
      if (dead) return
      await shell.write(chunk)
      own.touch()
    }
    // the host waits for the rest, which nothing but the end of the session can call off
    if (sent !== size && !dead)
      throw new Error(`the source gave ${sent > size ? 'more than' : `${sent} of`} ${size} bytes`)
  }

  return {
    host,
    get execs() {
      return shell.execs
    },
    async run(script, runOptions) {
      const { lock } = runOptions
      const result = await exchange(runOptions, async (own) =>
        order('run', own, script, lock && ` ${frameWord(lock)}`),
      )
      if (result.code >= 0) return result
      throw notLocked(host, result)
    },
    feed: (script, blocks, runOptions) =>
      exchange(runOptions, async (own) => {
        const { into } = runOptions
        order('feed', own, script, into && ` ${into.have} ${frameWord(into.file)}`)
        for await (const block of blocks) {
          if (own.over() || runOptions.signal?.aborted) break
          await sendBlock(own, block)
          if (dead) break
        }
        if (!dead) await shell.write('0\n')
        own.wait()
      }),
    close() {
      try {
        shell.end()
      } catch {
        // a link that is gone takes no goodbye
      }
      options.disconnect()
    },
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
