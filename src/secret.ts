import { inspect } from 'node:util'

/** What stands for a secret wherever one would be shown. */
export const MASK = '***'

/** A text that must not be shown. It prints as MASK everywhere; only `reveal()` returns it. */
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
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}
