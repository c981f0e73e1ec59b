import { ConvecthubError } from '../../errors.ts'

/** An answer with a status code that is an error. */
export class BadStatus extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The beginning of the answer. */
  readonly body: string

  constructor(status: number, headers: Readonly<Record<string, string>>, body: string) {
    super(`status ${status}`)
    this.status = status
    this.headers = headers
    this.body = body
  }
}

/**
 * What is wrong with an exchange, as a `code` like those of the operating system: no connection in time, no answer, no
 * more bytes, or an end before the file was complete.
 */
export class Broken extends Error {
  readonly code: 'UNREACHED' | 'SILENT' | 'STALLED' | 'SHORT'

  constructor(code: Broken['code']) {
    super(code)
    this.code = code
  }
}

/** The status code for which an error of `Http` was thrown; undefined for another error. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ConvecthubError && error.details.cause instanceof BadStatus
    ? error.details.cause.status
    : undefined
}
