import type { Change } from '../engine/change.ts'
import type { EngineEvent } from '../engine/event.ts'
import { ConvecthubError } from '../errors.ts'
import { printableJson } from '../printable.ts'
import type { Summary } from './conclusion.ts'
import { errorJson } from './error-json.ts'
import { type Renderer, type RendererOptions, STOPPING } from './renderer.ts'
import { PROCESS_SCREEN } from './screen.ts'

/** Prints every event as one line of JSON on stdout; `line` events only with -v. docs/events.schema.json describes them. */
export function jsonRenderer({ verbose, screen = PROCESS_SCREEN }: RendererOptions): Renderer {
  return {
    on: (event) => {
      if (event.event === 'progress' || (event.event === 'line' && verbose === 0)) return
      screen.out(`${jsonLine(event)}\n`)
    },
    stopping: () => screen.err(`${STOPPING}\n`),
    close: () => {},
  }
}

/** An event as one line of JSON. Of errors and changes it includes only the fields that programs may use. */
export function jsonLine(event: EngineEvent | Summary): string {
  return printableJson(event.event === 'run' ? { schema: 1, ...event } : event, (_key, value) => {
    if (value instanceof ConvecthubError) return errorJson(value)
    return isChange(value) ? { kind: value.kind, sign: value.sign, title: value.title } : value
  })
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'sign' in value && 'kind' in value && 'title' in value
}
