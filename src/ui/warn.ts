import { ConvecthubError } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { formatGroup, formatWarning, layoutFor } from './format-error.ts'
import { printLines } from './print-lines.ts'
import { style } from './style.ts'

/** Prints warnings to stderr: what is legal but probably not intended. `color`: as for `style`. */
export function warn(
  warnings: readonly (Pick<Warning, 'message'> & Partial<Warning>)[],
  color = false,
): void {
  const { stderr } = process
  printLines(
    warnings.map((warning) => formatWarning(warning, style(stderr, color), layoutFor(stderr))),
    stderr,
  )
}

/** Prints one warning without a place to stderr. */
export function tellWarning(message: string): void {
  warn([{ message }])
}

/**
 * Prints to stderr what is still missing for a cluster. Problems with the same code and hint are told once, because
 * hundreds of hosts may have the same problem.
 */
export function note(problems: readonly ConvecthubError[]): void {
  const kinds = new Map<string, ConvecthubError[]>()
  for (const problem of problems) {
    const kind = `${problem.code} ${problem.details.hint}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), problem])
  }
  const paint = style(process.stderr, false)
  const notes = [...kinds.values()].flatMap(([first, ...more]) => {
    if (!first) return []
    const { origin, hint } = first.details
    const message = `${first.message}${more.length > 0 ? `, and ${more.length} more` : ''}`
    const details = { ...(origin && { origin }), hint: `before provision: ${hint}` }
    const error = new ConvecthubError(first.code, message, details)
    return formatGroup({ error, hosts: [] }, paint, layoutFor(process.stderr), 'note')
  })
  printLines(notes, process.stderr)
}
