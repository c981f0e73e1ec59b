import type { AuthenticationType } from 'ssh2'
import type { ErrorDetails } from '../errors.ts'

/** Records what a login tried and what the host answered, for its error. */
export class Tried {
  readonly methods: AuthenticationType[]
  /** How many keys there are to try. */
  keys = 0
  /** The files of those keys that come from one. */
  files: readonly string[] = []
  /** How many of the keys are in the agent. */
  held = 0
  /** The host has answered at least one attempt, whatever the answer. */
  answered = false
  /** How many attempts the host refused. */
  refusals = 0
  /** The methods that the host says it accepts. Undefined until it has said so. */
  taken: readonly AuthenticationType[] | undefined
  /** The method that the host accepted as the first of several factors. */
  factor: AuthenticationType | undefined
  /** What was tried as the second factor. */
  second: AuthenticationType | undefined
  /** A question of the host that got no answer. */
  question: string | undefined
  /** The user has answered a question. */
  replied = false
  /** Why the host may not get a password, for the error. */
  withheld: ErrorDetails | undefined
  /** What the host says to everybody. */
  #banner = ''
  /** What it said after our attempts. */
  #reason = ''

  /** `before`: an earlier login to the same host, which this one continues with other methods. */
  constructor(before?: Tried) {
    this.methods = [...(before?.methods ?? [])]
    this.keys = before?.keys ?? 0
    this.held = before?.held ?? 0
    this.files = before?.files ?? []
  }

  attempt(method: AuthenticationType): void {
    this.methods.push(method)
    if (this.factor) this.second ??= method
  }

  /** Called for answers other than refusals, such as a question. */
  answer(): void {
    this.answered = true
  }

  /** `left`: the methods that the host accepts now. `partial`: the attempt succeeded, but more is needed. */
  refusal(left: readonly AuthenticationType[], partial: boolean): void {
    this.answered = true
    this.taken = left
    if (partial) this.factor = this.methods.at(-1)
    // without a method yet, it is the refusal of `none`, which only asks what the host accepts
    else if (this.methods.length > 0) this.refusals += 1
  }

  banner(text: string): void {
    if (this.answered) this.#reason = bounded(this.#reason + text)
    else this.#banner = bounded(this.#banner + text)
  }

  /** What the host said about this login. */
  reason(): string {
    return this.#reason.trim()
  }

  /** What the host said about this login, or else its banner. */
  words(): string {
    return this.reason() || this.#banner.trim()
  }
}

/** How much of a host's words is kept: characters and lines. */
const LONGEST = { characters: 1024, lines: 12 }

function bounded(text: string): string {
  return text.slice(0, LONGEST.characters).split('\n').slice(0, LONGEST.lines).join('\n')
}
