import { inspect } from 'node:util'

/** A text that must not be shown: it prints as *** everywhere, and only `reveal()` gives it out. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for stdin of a remote command or a root-only file; never for argv, environment or a log. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [inspect.custom](): string {
    return '***'
  }
}
