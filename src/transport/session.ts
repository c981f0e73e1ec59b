import { once } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Script } from '../sh.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Block, Channel, Connection, Result, RunOptions } from './connection.ts'
import { type Job, startJob } from './job.ts'
import { sudoError } from './sudo-error.ts'

/**
 * Makes a Connection of a started bootstrap command. Without a password everything is sent at once, so that the
 * first job costs one round trip; with one, nothing but the password goes out before the shell says "go". What sudo
 * refuses fails the first job. Errors: SUDO_PASSWORD_WRONG, SUDO_PASSWORD_NEEDED, SUDO_DENIED, SUDO_MISSING,
 * LOST, TIMEOUT, SOURCE (what is to be sent cannot be read).
 */
export function openSession(
  host: string,
  channel: Channel,
  boot: Bootstrap,
  options: { password: Secret | undefined; startMs: number; disconnect: () => void },
): Connection {
  const { password } = options
  let job: Job | undefined
  let nextId = 1
  let ready = false
  let dead: ConvecthubError | undefined
  let stderr = ''
  let asked = 0
  let open = () => {}
  const started = new Promise<void>((resolve) => {
    open = resolve
  })

  const die = (error: ConvecthubError) => {
    dead ??= error
    const failed = job
    job = undefined
    failed?.fail(dead)
    options.disconnect()
  }

  const connection: Connection = {
    host,
    execs: 1,
    run: (script, runOptions) => exchange(runOptions, async ({ id }) => order('run', id, script)),
    feed(script, blocks, runOptions) {
      return exchange(runOptions, async (own) => {
        await order('feed', own.id, script)
        for await (const block of blocks) {
          if (own.over() || runOptions.signal?.aborted) break
          channel.stdin.write(`${block.size}${block.packed ? ' z' : ''}\n`)
          await sendBlock(block)
          own.touch()
        }
        if (!dead) channel.stdin.write('0\n')
      })
    },
    async lock(owner) {
      const result = await exchange({ name: 'take the lock', timeoutMs: 30_000 }, async ({ id }) => {
        await started
        channel.stdin.write(`lock ${id} 0 ${oneLine(owner)}\n`)
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
    channel.stdin.write(`${word} ${id} ${body.length}\n`)
    channel.stdin.write(body)
  }

  /** Exactly as many bytes as were announced: one too many would be read as an order. */
  async function sendBlock({ size, data }: Block): Promise<void> {
    let sent = 0
    for await (const chunk of data) {
      sent += chunk.length
      if (sent > size) break
      if (dead) return
      if (!channel.stdin.write(chunk)) await drained(channel)
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
    const abort = () => sending.then(() => channel.stdin.write('kill TERM\n'))
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

  const onLine = (line: string) => {
    if (!line.startsWith(boot.mark)) {
      // what the login shell's start-up files print comes before
      if (ready) job?.line(line)
      return
    }
    const [, word, id, code] = line.split(' ')
    if (word === 'go' && password) {
      channel.stdin.write(boot.program)
      open()
    }
    if (word === 'ready') {
      ready = true
      clearTimeout(late)
    }
    if (word === 'end' && job?.id === Number(id)) job?.end(Number(code))
    if (word === 'killed' && job?.id === Number(id)) job?.end(143)
    if (word === 'nosudo') stderr += 'sudo: command not found\n'
  }

  const late = setTimeout(() => {
    const message = `no root shell within ${options.startMs / 1000} s of login`
    die(new ConvecthubError('TIMEOUT', 'unreachable', message, { host, evidence: stderr.trim() }))
  }, options.startMs)

  channel.closed.then(({ code, error }) => {
    clearTimeout(late)
    die(ready ? lost(host, error, stderr) : sudoError(host, stderr, asked, code))
  })

  eachLine(channel.stdout, onLine)
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-4096)
    while (stderr.includes(boot.prompt)) {
      stderr = stderr.replace(boot.prompt, '')
      asked += 1
      // a second question means that the answer was wrong: never answered, for accounts lock
      if (asked > 1 || !password) channel.close()
      else channel.stdin.write(`${password.reveal()}\n`)
    }
  })
  channel.stdin.on('error', () => {})
  if (!password) {
    channel.stdin.write(boot.program)
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

/** Calls `onLine` for every line, without its newline, in UTF-8; a last line without newline counts. */
function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream.on('end', () => rest && onLine(rest))
}

/** Settles when more may be written, or never can be. */
async function drained(channel: Channel): Promise<void> {
  await Promise.race([once(channel.stdin, 'drain').catch(() => {}), channel.closed])
}
