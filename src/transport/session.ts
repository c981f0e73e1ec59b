import { once } from 'node:events'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Script } from '../sh.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Block, Channel, Connection, Result, RunOptions } from './connection.ts'
import { type Job, startJob } from './job.ts'
import { eachLine } from './line-reader.ts'
import { sudoError } from './sudo-error.ts'
import { sudoTalk } from './sudo-talk.ts'

/** Starts the bootstrap command, with a terminal for hosts whose sudo insists on one. */
export type StartChannel = (options: { terminal: boolean }) => Promise<Channel>

/**
 * Makes a Connection of a started bootstrap command. Without a password everything is sent at once, so that the
 * first job costs one round trip; with one, nothing but the password goes out before the shell says "go". What sudo
 * refuses fails the first job; where it only misses a terminal, the command is started again with one. Errors:
 * SUDO_PASSWORD_WRONG, SUDO_PASSWORD_NEEDED, SUDO_DENIED, SUDO_MISSING, LOST, TIMEOUT, SOURCE (what is to be sent
 * cannot be read).
 */
export async function openSession(
  host: string,
  start: StartChannel,
  boot: Bootstrap,
  options: { password: Secret | undefined; startMs: number; disconnect: () => void },
): Promise<Connection> {
  const { password } = options
  let channel = await start({ terminal: false })
  let job: Job | undefined
  let nextId = 1
  let ready = false
  let dead: ConvecthubError | undefined
  /** What went out before the shell answered: said again to a second one. */
  let early: (string | Uint8Array)[] = []
  let execs = 1
  let said = () => ''
  let open = () => {}
  const started = new Promise<void>((resolve) => {
    open = resolve
  })

  const write = (data: string | Uint8Array) => {
    if (!ready) early.push(data)
    return channel.stdin.write(data)
  }
  const die = (error: ConvecthubError) => {
    dead ??= error
    const failed = job
    job = undefined
    failed?.fail(dead)
    options.disconnect()
  }

  const connection: Connection = {
    host,
    get execs() {
      return execs
    },
    run: (script, runOptions) => exchange(runOptions, async ({ id }) => order('run', id, script)),
    feed(script, blocks, runOptions) {
      return exchange(runOptions, async (own) => {
        await order('feed', own.id, script)
        for await (const block of blocks) {
          if (own.over() || runOptions.signal?.aborted) break
          write(`${block.size}${block.packed ? ' z' : ''}\n`)
          await sendBlock(block)
          own.touch()
        }
        if (!dead) write('0\n')
      })
    },
    async lock(owner) {
      const result = await exchange({ name: 'take the lock', timeoutMs: 30_000 }, async ({ id }) => {
        await started
        write(`lock ${id} 0 ${oneLine(owner)}\n`)
      })
      if (result.code !== 0) {
        throw new ConvecthubError(
          'LOCKED',
          'failed',
          `another convecthub is at work on this host: ${result.output}`,
          {
            host,
            hint: 'wait for it to end; the lock goes with its connection',
          },
        )
      }
    },
    close() {
      channel.stdin.end()
      options.disconnect()
    },
  }

  async function order(word: 'run' | 'feed', id: number, script: Script): Promise<void> {
    const text = script.reveal()
    const body = Buffer.from(text.endsWith('\n') ? text : `${text}\n`)
    await started
    write(`${word} ${id} ${body.length}\n`)
    write(body)
  }

  /** Exactly as many bytes as were announced: one too many would be read as an order. */
  async function sendBlock({ size, data }: Block): Promise<void> {
    let sent = 0
    for await (const chunk of data) {
      sent += chunk.length
      if (sent > size) break
      if (dead) return
      if (!write(chunk)) await drained(channel)
    }
    // the host waits for the rest, which nothing but the end of the session can call off
    if (sent !== size && !dead)
      throw new Error(`the source gave ${sent > size ? 'more than' : `${sent} of`} ${size} bytes`)
  }

  /** One job at a time: sends by `send`, settles when all is sent and the end mark came. */
  async function exchange(run: RunOptions, send: (own: Job) => Promise<void>): Promise<Result> {
    if (dead) throw dead
    if (run.signal?.aborted)
      throw new ConvecthubError('INTERRUPTED', 'interrupted', `${run.name}: not begun`, { host })
    if (job) throw new Error(`${host}: ${run.name} began before the last job ended`)
    const own = startJob(host, nextId++, run, die)
    job = own
    const sending = send(own).catch((cause) =>
      die(new ConvecthubError('SOURCE', 'failed', `${run.name}: ${cause.message}`, { host, cause })),
    )
    // after what is being sent, or it would be taken for part of that
    const abort = () => sending.then(() => write('kill TERM\n'))
    run.signal?.addEventListener('abort', abort, { once: true })
    try {
      const result = await own.result
      // what is still being sent would get into the next job's way
      await sending
      if (dead) throw dead
      return result
    } finally {
      run.signal?.removeEventListener('abort', abort)
      if (job === own) job = undefined
    }
  }

  const attach = (now: Channel, terminal: boolean) => {
    const talk = sudoTalk(now, boot, password)
    said = talk.said
    const onMark = (word: string, id: string | undefined, code: string | undefined) => {
      if (word === 'sudo') talk.begin()
      if (word === 'nosudo') talk.line('sudo: command not found')
      if (word === 'go') talk.over()
      if (word === 'go' && password) {
        write(boot.program)
        open()
      }
      if (word === 'ready') {
        ready = true
        early = []
        clearTimeout(late)
      }
      if (word === 'end' && job?.id === Number(id)) job?.end(Number(code))
      if (word === 'killed' && job?.id === Number(id)) job?.end(143)
    }
    const onLine = (line: string) => {
      const [mark, word = '', id, code] = line.split(' ')
      if (mark === boot.mark) onMark(word, id, code)
      // what the login shell's start-up files print comes before
      else if (ready) job?.line(line)
      else if (terminal) talk.line(line)
    }
    // with a terminal, sudo's question comes among what is printed
    eachLine(now.stdout, onLine, (rest) => terminal && !ready && talk.rest(rest))
    eachLine(now.stderr, talk.line, talk.rest)
    now.stdin.on('error', () => {})
    now.closed.then(({ code, error }) => {
      talk.over()
      const refusal = ready
        ? lost(host, error, talk.said())
        : sudoError(host, talk.said(), talk.asked(), code)
      if (refusal.code !== 'SUDO_NEEDS_TTY' || terminal) return finish(refusal)
      execs += 1
      start({ terminal: true }).then(again, finish)
    })
  }
  const again = (next: Channel) => {
    channel = next
    attach(next, true)
    for (const data of early) next.stdin.write(data)
  }
  const finish = (error: ConvecthubError) => {
    clearTimeout(late)
    die(error)
  }
  const late = setTimeout(() => {
    const message = `no root shell within ${options.startMs / 1000} s of login`
    die(new ConvecthubError('TIMEOUT', 'unreachable', message, { host, evidence: said() }))
  }, options.startMs)
  attach(channel, false)
  if (!password) {
    write(boot.program)
    open()
  }
  return connection
}

function lost(host: string, error: Error | undefined, stderr: string): ConvecthubError {
  return new ConvecthubError(
    'LOST',
    'failed',
    error ? `connection lost: ${error.message}` : 'connection lost',
    {
      host,
      evidence: stderr.trim(),
      hint: 'run the same command again: it continues',
    },
  )
}

/** Frames are lines: a newline in a path or a name would begin another one. */
function oneLine(text: string): string {
  if (text.includes('\n')) throw new Error('it holds a newline')
  return text
}

/** Settles when more may be written, or never can be. */
async function drained(channel: Channel): Promise<void> {
  await Promise.race([once(channel.stdin, 'drain').catch(() => {}), channel.closed])
}
