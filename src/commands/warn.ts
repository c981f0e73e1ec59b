import { type ConvecthubError, formatOrigin } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { oneLine } from '../printable.ts'

/** Tells on stderr what is legal but probably not meant, a line each. */
export function warn(warnings: readonly Warning[]): void {
  for (const { origin, message, hint } of warnings) {
    const text = `${formatOrigin(origin)}: ${message}${hint ? `; ${hint}` : ''}`
    process.stderr.write(`warning: ${oneLine(text)}\n`)
  }
}

/** Tells on stderr what a cluster would need, a line for each kind of problem: three hundred hosts may have the same. */
export function note(problems: readonly ConvecthubError[]): void {
  const kinds = new Map<string, ConvecthubError[]>()
  for (const each of problems) kinds.set(each.code, [...(kinds.get(each.code) ?? []), each])
  for (const [first, ...more] of kinds.values()) {
    if (!first) continue
    const { origin, hint } = first.details
    const where = origin ? `${formatOrigin(origin)}: ` : ''
    const rest = more.length > 0 ? `, and ${more.length} more` : ''
    process.stderr.write(`note: ${oneLine(`${where}${first.message}${rest}; before provision: ${hint}`)}\n`)
  }
}
