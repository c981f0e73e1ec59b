import type { ConvecthubError, ErrorDetails } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Bootstrap } from './bootstrap.ts'
import type { Channel } from './connection.ts'
import { eachLine } from './line-reader.ts'
import { loginTimeout, lost, notRoot, sudoLost, sudoTimeout } from './shell-errors.ts'
import { sudoError } from './sudo-error.ts'
import { type SudoPrompt, sudoPrompt } from './sudo-prompt.ts'

/** How much of the output of the login shell and sudo is kept, characters; the end of it. */
const LONGEST_WORDS = 4096

/** Starts the bootstrap command, with a terminal where sudo insists on one. */
export type StartChannel = (options: { terminal: boolean }) => Promise<Channel>

export interface ShellOptions {
  password: Secret | undefined
  /** Why the user's password may not be sent to this host, for the error when sudo wants one. */
  withheld?: ErrorDetails | undefined
  /** The command with which a user can try the same. */
  byHand: string
  /** How long the login shell and sudo may take, ms. */
  startMs: number
  /** Bytes arrived, on stdout or stderr. */
  onBytes(count: number): void
  /** A line of a job's output arrived. */
  onLine(line: string): void
  /** A frame of the session's program arrived; the words after its mark. */
  onFrame(words: readonly string[]): void
  /** The shell has ended. Called once. */
  onEnd(error: ConvecthubError): void
}

type Chunk = string | Uint8Array

/** A channel, and what the login shell and sudo print on it before the program answers. */
interface Greeting {
  channel: Channel
  terminal: boolean
  prompt: SudoPrompt
  /** The end of what the login shell's start-up files print. */
  printed: string
}

/**
 * The session's program on the host, from the start of the bootstrap command on. Without a password everything is sent
 * at once, so that the first job costs a single round trip. With one, only the password may be sent until the shell says
 * "go". If all that sudo misses is a terminal, the command is started again with one and everything is sent again.
 * Errors, by `onEnd`: LOST, LOGIN_TIMEOUT, SUDO_LOST, SUDO_TIMEOUT, SUDO_NOT_ROOT and those of sudoError.
 */
export class Shell {
  /** Commands started: two where sudo insisted on a terminal, otherwise one. */
  execs = 1
  /** Resolves when orders may be sent. */
  readonly opened: Promise<void>
  readonly #host: string
  readonly #start: StartChannel
  readonly #boot: Bootstrap
  readonly #options: ShellOptions
  readonly #late: NodeJS.Timeout
  #greeting: Greeting
  #open: () => void = () => {}
  /** The program has answered. */
  #ready = false
  #ended = false
  /** No order has been sent yet. */
  #first = true
  /** What was sent before the program answered, to send it again if sudo insists on a terminal. */
  #early: Chunk[] = []
  /** Callbacks of writes that are not taken yet. */
  readonly #waiting = new Set<() => void>()

  constructor(host: string, start: StartChannel, boot: Bootstrap, options: ShellOptions, channel: Channel) {
    this.#host = host
    this.#start = start
    this.#boot = boot
    this.#options = options
    this.opened = new Promise((resolve) => {
      this.#open = resolve
    })
    this.#late = setTimeout(() => this.#finish(this.#tooLate()), options.startMs)
    this.#greeting = this.#attach(channel, false)
    if (!options.password) this.#open()
  }

  /** Whether sudo has asked for the password. */
  get sudoAsked(): boolean {
    return this.#greeting.prompt.asked() > 0
  }

  /** Sends an order with a script: `words`, the script's size, `more`. The first order also sends the program. */
  order(words: string, script: string, more: string): void {
    // the shell drops trailing newlines of what it reads; the x at the end prevents that
    const body = `${script}\nx`
    const program = this.#first ? this.#boot.program : ''
    this.write(`${program}${words} ${Buffer.byteLength(body)}${more}\n${body}`)
    this.#first = false
  }

  /** Resolves when the bytes are taken, so that no more than that waits in memory, or when the connection has ended. */
  write(data: Chunk): Promise<void> {
    if (!this.#ready) this.#early.push(Buffer.from(data))
    return new Promise((resolve) => {
      const taken = () => {
        this.#waiting.delete(taken)
        resolve()
      }
      this.#waiting.add(taken)
      if (this.#ended) taken()
      else this.#greeting.channel.stdin.write(data, taken)
    })
  }

  /** Ends the program's input. */
  end(): void {
    this.#greeting.channel.stdin.end()
  }

  #attach(channel: Channel, terminal: boolean): Greeting {
    const prompt = sudoPrompt(channel, this.#boot, this.#options.password)
    const greeting: Greeting = { channel, terminal, prompt, printed: '' }
    for (const stream of [channel.stdout, channel.stderr])
      stream.on('data', (chunk: Buffer) => this.#options.onBytes(chunk.length))
    // on a terminal, sudo asks on stdout
    const onRest = (rest: string) => terminal && !this.#ready && prompt.rest(rest)
    eachLine(channel.stdout, (line) => this.#line(greeting, line), onRest)
    eachLine(channel.stderr, prompt.line, prompt.rest, LONGEST_WORDS)
    channel.stdin.on('error', () => {})
    channel.closed.then((closed) => this.#closed(greeting, closed))
    return greeting
  }

  #line(greeting: Greeting, line: string): void {
    const [mark, ...words] = line.split(' ')
    if (mark === this.#boot.mark) this.#frame(words)
    else if (mark === this.#boot.greeting && !this.#ready) this.#greet(greeting, words[0])
    else if (this.#ready) this.#options.onLine(line)
    else if (greeting.terminal) greeting.prompt.line(line)
    else greeting.printed = `${greeting.printed}${line}\n`.slice(-LONGEST_WORDS)
  }

  /** Handles a line with which the bootstrap command reports its progress. */
  #greet({ prompt }: Greeting, word: string | undefined): void {
    if (word === 'sudo') prompt.begin()
    else if (word === 'nosudo') prompt.line('sudo: command not found')
    else if (word === 'go') {
      prompt.over()
      this.#open()
    }
  }

  #frame(words: readonly string[]): void {
    const [word, uid] = words
    if (word === 'ready') {
      this.#ready = true
      this.#early = []
      clearTimeout(this.#late)
    } else if (word === 'other') this.#finish(notRoot(this.#host, uid))
    else this.#options.onFrame(words)
  }

  #closed(greeting: Greeting, { code, error }: { code: number | undefined; error?: Error }): void {
    const { prompt, printed, terminal } = greeting
    prompt.over()
    const said = { stderr: prompt.said(), printed }
    const asked = prompt.asked()
    // asked twice is an answer, whatever ended the link after it
    const end =
      this.#ready || (error && asked < 2)
        ? (this.#ready || asked === 0 ? lost : sudoLost)(this.#host, error, said.stderr)
        : sudoError(this.#host, said, asked, code, this.#options.withheld)
    if (end.code === 'SUDO_NEEDS_TTY' && !terminal) this.#startOnTerminal()
    else this.#finish(end)
  }

  #startOnTerminal(): void {
    this.execs += 1
    this.#start({ terminal: true }).then(
      (channel) => {
        this.#greeting = this.#attach(channel, true)
        for (const data of this.#early) channel.stdin.write(data)
        this.#takeAll()
      },
      (error) => this.#finish(error),
    )
  }

  #finish(error: ConvecthubError): void {
    clearTimeout(this.#late)
    if (this.#ended) return
    this.#ended = true
    this.#takeAll()
    this.#options.onEnd(error)
  }

  #takeAll(): void {
    for (const taken of this.#waiting) taken()
  }

  #tooLate(): ConvecthubError {
    const { prompt, printed } = this.#greeting
    const evidence = `${printed}${prompt.said()}`
    return prompt.asked() > 0
      ? sudoTimeout(this.#host, evidence, this.#options)
      : loginTimeout(this.#host, evidence, this.#options)
  }
}
