import { type ConvecthubError, formatOrigin } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { oneLine } from '../printable.ts'

/** Tells on stderr what is legal but probably not meant, a line each. */
export function warn(warnings: readonly Warning[]): void {
  for (const { origin, message, hint } of warnings) {
    const text = `${formatOrigin(origin)}: ${message}${hint ? `; ${hint}` : ''}`
    tellWarning(text)
  }
}

/** Tells one warning on stderr, in one line. */
export function tellWarning(text: string): void {
  process.stderr.write(`warning: ${oneLine(text)}\n`)
}

/** Tells on stderr what a cluster would need, a line for each kind of problem and way to mend it: three hundred hosts may have the same. */
export function note(problems: readonly ConvecthubError[]): void {
  const kinds = new Map<string, ConvecthubError[]>()
  for (const each of problems) {
    const kind = `${each.code} ${each.details.hint}`
    const alike = kinds.get(kind)
    if (alike) alike.push(each)
    else kinds.set(kind, [each])
  }
  for (const [first, ...more] of kinds.values()) {
    if (!first) continue
    const { origin, hint } = first.details
    const where = origin ? `${formatOrigin(origin)}: ` : ''
    const rest = more.length > 0 ? `, and ${more.length} more` : ''
    process.stderr.write(`note: ${oneLine(`${where}${first.message}${rest}; before provision: ${hint}`)}\n`)
  }
}
