import type { ChalkInstance } from 'chalk'
import type { ConvecthubError } from '../errors.ts'
import { type ErrorLayout, formatGroup, layoutFor } from './format-error.ts'
import { type ErrorGroup, groupErrors } from './group-errors.ts'
import { printLines } from './print-lines.ts'
import { style } from './style.ts'

/** Prints errors to stderr, those of many hosts with one cause once. */
export function tellErrors(errors: readonly ConvecthubError[], color: boolean): void {
  const { stderr } = process
  printLines(errorLines(errors, style(stderr, color), layoutFor(stderr)), stderr)
}

/** Errors for people, those of many hosts with one cause once. */
export function errorLines(
  errors: readonly ConvecthubError[],
  paint: ChalkInstance,
  layout: ErrorLayout,
): string[] {
  return groupErrors(errors).map((group) =>
    stoppedByUser(group) ? group.error.message : formatGroup(group, paint, layout),
  )
}

/** Ctrl-C at a question is no mistake. */
function stoppedByUser({ error, hosts }: ErrorGroup): boolean {
  return error.code === 'INTERRUPTED' && hosts.length === 0
}
