import type { EngineEvent } from '../engine/event.ts'
import { oneLine } from '../printable.ts'

/** Makes every text in an event one printable line, because names and versions may come from hosts and inventories. */
export function printableEvent(event: EngineEvent): EngineEvent {
  return makePrintable(event) as EngineEvent
}

/** Leaves class instances alone: errors, secrets and scripts are printable already. */
function makePrintable(value: unknown): unknown {
  if (typeof value === 'string') return oneLine(value)
  if (Array.isArray(value)) return value.map(makePrintable)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, makePrintable(part)]))
}
