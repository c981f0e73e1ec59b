import type { Change } from '../engine/change.ts'
import type { EngineEvent } from '../engine/event.ts'
import { ConvecthubError } from '../errors.ts'
import type { Renderer, RendererOptions } from './renderer.ts'

/** One JSON object a line on stdout for every event; lines of output only with -v. The README lists the fields. */
export function jsonRenderer({ verbose }: RendererOptions): Renderer {
  return {
    on: (event) => {
      if (event.event === 'progress' || (event.event === 'line' && verbose === 0)) return
      process.stdout.write(`${jsonLine(event)}\n`)
    },
    close: () => {},
  }
}

/** An event as one line of JSON: errors and changes in the parts that mean something outside. */
export function jsonLine(event: EngineEvent): string {
  return JSON.stringify(event.event === 'run' ? { schema: 1, ...event } : event, (_key, value) => {
    if (value instanceof ConvecthubError) return errorJson(value)
    return isChange(value) ? { kind: value.kind, sign: value.sign, title: value.title } : value
  })
}

/** The parts of an error that programs may use. */
export function errorJson({ code, message, details }: ConvecthubError) {
  const { host, step, origin, evidence, hint } = details
  return { code, message, host, step, origin, evidence, hint }
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'sign' in value && 'kind' in value && 'title' in value
}
