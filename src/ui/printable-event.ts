import type { EngineEvent } from '../engine/event.ts'
import { oneLine } from '../printable.ts'

/** An event whose texts are one printable line each: names, titles and versions come from hosts and inventories, too. */
export function printableEvent(event: EngineEvent): EngineEvent {
  return clean(event) as EngineEvent
}

/** Errors, secrets and scripts are objects of classes of their own, and see to that themselves. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return oneLine(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, clean(part)]))
}
