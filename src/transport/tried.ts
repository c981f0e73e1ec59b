import type { AuthenticationType } from 'ssh2'
import type { ErrorDetails } from '../errors.ts'

/** What a login tried and what the host said to it, for its error. */
export class Tried {
  readonly methods: AuthenticationType[]
  /** How many keys there were to try, and how many of them the agent's. */
  keys = 0
  held = 0
  /** The host has answered an attempt, whatever it said. */
  answered = false
  /** How many attempts it refused. */
  refusals = 0
  /** What it said it would take; undefined: nothing yet. */
  taken: readonly AuthenticationType[] | undefined
  /** What it took as one of several that it wants, and what was tried as the next of them. */
  factor: AuthenticationType | undefined
  second: AuthenticationType | undefined
  /** A question of the host's that was not answered, and whether somebody answered any. */
  question: string | undefined
  replied = false
  /** Why the host gets no password, for its error. */
  withheld: ErrorDetails | undefined
  /** What it says to everybody, and what it said to these attempts. */
  #banner = ''
  #reason = ''

  /** `before`: what an earlier login of the same call tried. */
  constructor(before: readonly AuthenticationType[] = []) {
    this.methods = [...before]
  }

  attempt(method: AuthenticationType): void {
    this.methods.push(method)
    if (this.factor) this.second ??= method
  }

  /** Any answer to an attempt, such as a question. */
  answer(): void {
    this.answered = true
  }

  /** `left`: what the host takes now; `partial`: what was tried is taken, but is not enough. */
  refusal(left: readonly AuthenticationType[], partial: boolean): void {
    this.answered = true
    this.taken = left
    if (partial) this.factor = this.methods.at(-1)
    // the first one, to find out what it takes, does not count
    else if (this.methods.length > 0) this.refusals += 1
  }

  banner(text: string): void {
    if (this.answered) this.#reason = bounded(this.#reason + text)
    else this.#banner = bounded(this.#banner + text)
  }

  /** The host's own words about this login. */
  reason(): string {
    return this.#reason.trim()
  }

  /** The same, or else those that it has for everybody. */
  words(): string {
    return this.reason() || this.#banner.trim()
  }
}

/** Of a host's own words in a login: characters, and lines. */
const LONGEST = { characters: 1024, lines: 12 }

function bounded(text: string): string {
  return text.slice(0, LONGEST.characters).split('\n').slice(0, LONGEST.lines).join('\n')
}
