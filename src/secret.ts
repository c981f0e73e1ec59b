import { inspect } from 'node:util'

/** A text that must not be shown. It prints as `***` everywhere; only `reveal()` returns it. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for stdin of a remote command or a root-only file. Never pass it to argv, environment or logs. */
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
