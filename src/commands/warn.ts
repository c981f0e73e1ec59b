import { formatOrigin } from '../errors.ts'
import type { Warning } from '../inventory/inventory.ts'
import { oneLine } from '../printable.ts'

/** Tells on stderr what is legal but probably not meant, a line each. */
export function warn(warnings: readonly Warning[]): void {
  for (const { origin, message, hint } of warnings) {
    const text = `${formatOrigin(origin)}: ${message}${hint ? `; ${hint}` : ''}`
    process.stderr.write(`warning: ${oneLine(text)}\n`)
  }
}
