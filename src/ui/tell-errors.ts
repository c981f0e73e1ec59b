import type { ConvecthubError } from '../errors.ts'
import { printableJson } from '../printable.ts'
import { formatGroup, layoutFor } from './format-error.ts'
import { groupErrors } from './group-errors.ts'
import { errorJson } from './json-renderer.ts'
import { printLines } from './print-lines.ts'
import { style } from './style.ts'

/**
 * Prints the errors that ended a command: on stderr for people, those of many hosts with one cause once; as JSON lines
 * on stdout for programs, one for each error.
 */
export function tellErrors(
  errors: readonly ConvecthubError[],
  { json, color }: { json: boolean; color: boolean },
): void {
  const { stderr, stdout } = process
  if (json)
    for (const error of errors) stdout.write(`${printableJson({ event: 'error', ...errorJson(error) })}\n`)
  else {
    const paint = style(stderr, color)
    printLines(
      groupErrors(errors).map((group) => formatGroup(group, paint, layoutFor(stderr))),
      stderr,
    )
  }
}
