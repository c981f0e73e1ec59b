import type { ConvecthubError } from '../errors.ts'
import { printableJson } from '../printable.ts'
import { type ErrorLayout, formatGroup, layoutFor } from './format-error.ts'
import { type ErrorGroup, groupErrors } from './group-errors.ts'
import { errorJson } from './json-renderer.ts'
import { printLines } from './print-lines.ts'
import { style } from './style.ts'

/**
 * Prints errors: on stderr for people, those of many hosts with one cause once; as JSON lines on stdout for programs,
 * one for each error.
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
    const told = (group: ErrorGroup, layout: ErrorLayout) =>
      stoppedByUser(group) ? group.error.message : formatGroup(group, paint, layout)
    printLines(
      groupErrors(errors).map((group) => told(group, layoutFor(stderr))),
      stderr,
    )
  }
}

/** Ctrl-C at a question is no mistake. */
function stoppedByUser({ error, hosts }: ErrorGroup): boolean {
  return error.code === 'INTERRUPTED' && hosts.length === 0
}
