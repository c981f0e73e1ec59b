import { once } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Channel, Connection, Result, RunOptions } from './connection.ts'
import { sudoError } from './sudo-error.ts'

interface Job {
  id: number
  line: (line: string) => void
  end: (code: number) => void
  fail: (error: ConvecthubError) => void
}

/** How much of a job's output is kept for the result; the rest only goes by as lines. Bytes. */
const KEEP = 4 * 1024 * 1024

/**
 * Makes a Connection of a started bootstrap command. Without a password everything is sent at once, so that the
 * first job costs one round trip; with one, nothing but the password goes out before the shell says "go". What sudo
 * refuses fails the first job. Errors: SUDO_PASSWORD_WRONG, SUDO_PASSWORD_NEEDED, SUDO_DENIED, SUDO_MISSING,
 * LOST, TIMEOUT, WRITE_FAILED.
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
    run(script, runOptions) {
      const text = script.reveal()
      const body = Buffer.from(text.endsWith('\n') ? text : `${text}\n`)
      return exchange(runOptions, async (id) => {
        await started
        channel.stdin.write(`run ${id} ${body.length}\n`)
        channel.stdin.write(body)
      })
    },
    async append(path, data, size, { signal, ...runOptions }) {
      const result = await exchange(runOptions, async (id) => {
        await started
        channel.stdin.write(`put ${id} ${size} ${path}\n`)
        let sent = 0
        for await (const chunk of data) {
          if (dead || signal?.aborted) break
          sent += chunk.length
          if (!channel.stdin.write(chunk)) await drained(channel)
        }
        // the host waits for the rest, which nothing but the end of the session can call off
        if (sent !== size && !dead) throw new Error(`stopped after ${sent} of ${size} bytes`)
      })
      if (result.code !== 0) {
        throw new ConvecthubError('WRITE_FAILED', 'failed', `could not write ${path}`, {
          host,
          hint: 'is the disk full? `df -h` on the host tells',
        })
      }
    },
    async lock(owner) {
      const result = await exchange({ name: 'take the lock', timeoutMs: 30_000 }, async (id) => {
        await started
        channel.stdin.write(`lock ${id} 0 ${owner}\n`)
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

  /** One job at a time: sends by `send`, settles when the end mark came, a deadline passed or the link broke. */
  function exchange(run: RunOptions, send: (id: number) => Promise<void>): Promise<Result> {
    if (dead) return Promise.reject(dead)
    if (job) return Promise.reject(new Error(`${host}: ${run.name} began before the last job ended`))
    const id = nextId++
    const began = Date.now()
    return new Promise((resolve, reject) => {
      const lines: string[] = []
      let kept = 0
      let idle: NodeJS.Timeout | undefined
      const late = (what: string, ms: number) => {
        settle()
        die(
          new ConvecthubError('TIMEOUT', 'failed', `${run.name}: ${what} for ${Math.round(ms / 1000)} s`, {
            host,
            evidence: lines.slice(-5).join('\n'),
            hint: 'look at the host, then run the same command again: it continues',
          }),
        )
      }
      const touch = () => {
        if (run.idleMs === undefined) return
        clearTimeout(idle)
        idle = setTimeout(late, run.idleMs, 'no sign of life', run.idleMs)
      }
      const whole = setTimeout(late, run.timeoutMs, 'not finished', run.timeoutMs)
      const abort = () => channel.stdin.write('kill TERM\n')
      const settle = () => {
        clearTimeout(whole)
        clearTimeout(idle)
        run.signal?.removeEventListener('abort', abort)
        job = undefined
      }
      job = {
        id,
        line: (line) => {
          touch()
          if (kept < KEEP) {
            lines.push(line)
            kept += line.length
          }
          run.onLine?.(line)
        },
        end: (code) => {
          settle()
          if (lines.at(-1) === '') lines.pop()
          resolve({ code, output: lines.join('\n'), ms: Date.now() - began })
        },
        fail: (error) => {
          settle()
          reject(error)
        },
      }
      touch()
      run.signal?.addEventListener('abort', abort, { once: true })
      send(id).catch((cause) =>
        die(new ConvecthubError('LOST', 'failed', `${run.name}: ${cause.message}`, { host, cause })),
      )
    })
  }

  const onLine = (line: string) => {
    if (!line.startsWith(boot.mark)) return job?.line(line)
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
    if (word === 'killed') job?.end(143)
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
