import type { EngineEvent } from '../engine/event.ts'
import { oneLine } from '../printable.ts'

/** Makes every text in an event one printable line, because names and versions may come from hosts and inventories. */
export function printableEvent(event: EngineEvent): EngineEvent {
  return makePrintable(event)
}

/** Makes every text in plain data one printable line. Class instances are kept: errors and secrets are printable. */
export function makePrintable<T>(value: T): T {
  return printableData(value) as T
}

function printableData(value: unknown): unknown {
  if (typeof value === 'string') return oneLine(value)
  if (Array.isArray(value)) return value.map(printableData)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, printableData(part)]))
}
