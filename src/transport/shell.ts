import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Channel } from './connection.ts'
import { eachLine } from './line-reader.ts'
import { sudoError } from './sudo-error.ts'
import { sudoPrompt } from './sudo-prompt.ts'

/** Before the program answers there is nothing but words of login shell and sudo, of which the end is kept, characters. */
const LONGEST_WORDS = 4096

/** Starts the bootstrap command, with a terminal for hosts whose sudo insists on one. */
export type StartChannel = (options: { terminal: boolean }) => Promise<Channel>

export interface ShellOptions {
  password: Secret | undefined
  /** Why there is none where one was given, for the error when sudo wants it. */
  withheld?: ErrorDetails | undefined
  /** How long login shell and sudo may take, ms. */
  startMs: number
  /** That many bytes came, of whatever kind. */
  onBytes(count: number): void
  /** A line that the session's program printed. */
  onLine(line: string): void
  /** A frame of the session's program: its words behind the mark. */
  onFrame(words: readonly string[]): void
  /** Nothing comes any more; told once. */
  onEnd(error: ConvecthubError): void
}

/** The far end's program, from the start of its command on. */
export interface Shell {
  /** Commands started: two where sudo insisted on a terminal. */
  readonly execs: number
  /** Settles when orders may be sent. */
  opened: Promise<void>
  /** Sends a script, with the words of an order before and behind its size; the first one takes the program along. */
  order(words: string, script: string, more: string): void
  /** Settles when the bytes are taken, so that their memory may be used again, or when nothing is any more. */
  write(data: string | Uint8Array): Promise<void>
  /** Ends its input. */
  end(): void
}

/**
 * Starts the program of a session. Without a password everything is sent at once, so that the first job costs one
 * round trip; with one, nothing but the password goes out before the shell says "go". Where sudo only misses a
 * terminal, the command is started again with one, and all is said again. Ends with: LOST, LOGIN_TIMEOUT, SUDO_NOT_ROOT, those
 * of sudoError.
 */
export async function openShell(
  host: string,
  start: StartChannel,
  boot: Bootstrap,
  options: ShellOptions,
): Promise<Shell> {
  const { password, withheld, startMs } = options
  let channel = await start({ terminal: false })
  let ready = false
  let ended = false
  /** Who waits for what was written to be taken. */
  const waiting = new Set<() => void>()
  let execs = 1
  /** What went out before the program answered. */
  let early: (string | Uint8Array)[] = []
  let said = () => ''
  let first = true
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })

  const write = (data: string | Uint8Array) => {
    if (!ready) early.push(Buffer.from(data))
    return new Promise<void>((resolve) => {
      const taken = () => {
        waiting.delete(taken)
        resolve()
      }
      waiting.add(taken)
      if (ended) taken()
      else channel.stdin.write(data, taken)
    })
  }
  const order = (words: string, script: string, more: string) => {
    const text = `${script}\n`
    // the x keeps the shell that reads it from dropping the last newlines
    const body = Buffer.from(`${text}x`)
    if (first) write(`${boot.program(text)}${words} 0${more}\n`)
    else write(Buffer.concat([Buffer.from(`${words} ${body.length}${more}\n`), body]))
    first = false
  }
  const finish = (error: ConvecthubError) => {
    clearTimeout(late)
    if (ended) return
    ended = true
    for (const taken of waiting) taken()
    options.onEnd(error)
  }
  const attach = (now: Channel, terminal: boolean) => {
    const talk = sudoPrompt(now, boot, password)
    let printed = ''
    said = () => `${printed}${talk.said()}`
    const onGreeting = (word: string | undefined) => {
      if (word === 'sudo') talk.begin()
      else if (word === 'nosudo') talk.line('sudo: command not found')
      else if (word === 'go') {
        talk.over()
        if (password) open()
      }
    }
    const onFrame = (words: readonly string[]) => {
      const [word] = words
      if (word === 'ready') {
        ready = true
        early = []
        clearTimeout(late)
      } else if (word === 'other') finish(notRoot(host, words[1]))
      else options.onFrame(words)
    }
    const onLine = (line: string) => {
      const [mark, ...words] = line.split(' ')
      if (mark === boot.mark) onFrame(words)
      else if (mark === boot.greeting && !ready) onGreeting(words[0])
      // what the login shell's start-up files print comes before
      else if (ready) options.onLine(line)
      else if (terminal) talk.line(line)
      else printed = `${printed}${line}\n`.slice(-LONGEST_WORDS)
    }
    for (const stream of [now.stdout, now.stderr])
      stream.on('data', (chunk: Buffer) => options.onBytes(chunk.length))
    // with a terminal, sudo's question comes among what is printed
    eachLine(now.stdout, onLine, (rest) => terminal && !ready && talk.rest(rest))
    eachLine(now.stderr, talk.line, talk.rest, LONGEST_WORDS)
    now.stdin.on('error', () => {})
    now.closed.then(({ code, error }) => {
      talk.over()
      const broken = ready || error !== undefined
      const end = broken
        ? lost(host, error, talk.said())
        : sudoError(host, { stderr: talk.said(), printed }, talk.asked(), code, withheld)
      if (end.code !== 'SUDO_NEEDS_TTY' || terminal) return finish(end)
      execs += 1
      start({ terminal: true }).then(again, finish)
    })
  }
  const again = (next: Channel) => {
    channel = next
    attach(next, true)
    for (const data of early) next.stdin.write(data)
    for (const taken of waiting) taken()
  }
  const late = setTimeout(() => {
    const message = `no root shell within ${startMs / 1000} s of login`
    finish(
      new ConvecthubError('LOGIN_TIMEOUT', message, {
        host,
        evidence: said(),
        hint: 'try `ssh` to it: login shell and sudo have to run a command without a question',
      }),
    )
  }, startMs)
  attach(channel, false)
  if (!password) open()
  return {
    get execs() {
      return execs
    },
    opened,
    order,
    write,
    end: () => channel.stdin.end(),
  }
}

function notRoot(host: string, uid = ''): ConvecthubError {
  return new ConvecthubError('SUDO_NOT_ROOT', `sudo made us user ${uid}, not root`, {
    host,
    hint: 'look at the rules for this user with `sudo -l` on the host: `sudo -u root` must give root',
  })
}

function lost(host: string, error: Error | undefined, evidence: string): ConvecthubError {
  const message = error ? `connection lost: ${error.message}` : 'connection lost'
  return new ConvecthubError('LOST', message, {
    host,
    evidence,
    hint: 'run the same command again: it continues',
  })
}
