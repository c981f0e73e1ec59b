import { type ConvecthubError, formatOrigin } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { oneLine } from '../printable.ts'

/** Prints warnings to stderr, one line a problem: what is legal but probably not intended. */
export function warn(warnings: readonly Warning[]): void {
  for (const { origin, message, hint } of warnings) {
    const text = `${formatOrigin(origin)}: ${message}${hint ? `; ${hint}` : ''}`
    tellWarning(text)
  }
}

/** Prints one warning to stderr, in one line. */
export function tellWarning(text: string): void {
  process.stderr.write(`warning: ${oneLine(text)}\n`)
}

/**
 * Prints to stderr what is still missing for a cluster. Problems with the same code and hint share one line, because
 * hundreds of hosts may have the same problem.
 */
export function note(problems: readonly ConvecthubError[]): void {
  const kinds = new Map<string, ConvecthubError[]>()
  for (const problem of problems) {
    const kind = `${problem.code} ${problem.details.hint}`
    const alike = kinds.get(kind)
    if (alike) alike.push(problem)
    else kinds.set(kind, [problem])
  }
  for (const [first, ...more] of kinds.values()) {
    if (!first) continue
    const { origin, hint } = first.details
    const where = origin ? `${formatOrigin(origin)}: ` : ''
    const rest = more.length > 0 ? `, and ${more.length} more` : ''
    process.stderr.write(`note: ${oneLine(`${where}${first.message}${rest}; before provision: ${hint}`)}\n`)
  }
}
