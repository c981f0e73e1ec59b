import type { ConvecthubError } from '../errors.ts'
import { printableJson } from '../printable.ts'
import { formatError } from './format-error.ts'
import { errorJson } from './json-renderer.ts'
import { printLines } from './print-lines.ts'
import { style } from './style.ts'

/** Prints the errors that ended a command: on stderr for people, as JSON lines on stdout for programs. */
export function tellErrors(
  errors: readonly ConvecthubError[],
  { json, color }: { json: boolean; color: boolean },
): void {
  const paint = style(process.stderr, color)
  for (const error of errors) {
    if (json) process.stdout.write(`${printableJson({ event: 'error', ...errorJson(error) })}\n`)
    else printLines([formatError(error, paint)], process.stderr)
  }
}
