import type { Change } from '../engine/change.ts'
import type { EngineEvent } from '../engine/event.ts'
import { ConvecthubError } from '../errors.ts'
import { printableJson } from '../printable.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { PROCESS_SCREEN } from './screen.ts'

/** The fields of each line of --output json. `ms` is in milliseconds; a change is {kind, sign, title}. */
export const EVENT_FIELDS = {
  run: '`schema` (1), `verb`, `hosts`, `steps` ({id, title}), `standIn`',
  connecting: '`host`: its login has begun',
  connected: '`host`, `ms`, `os`',
  'host-failed': '`host`, `error` ({code, message, host, step, evidence, hint})',
  finding: '`finding` ({level, id, message, hint}), `hosts`',
  planned: '`host`, `step`, `changes`; an empty list when nothing has to change',
  'step-start': '`host`, `step`',
  'change-start': '`host`, `step`, `change`',
  'change-end': '`host`, `step`, `change`, `ms`',
  line: '`host`, `step`, `line`: what the host printed; only with -v',
  waiting:
    '`host`, `job` (a step) of an earlier run that goes on, since `ms`; with `ends` it is ended, else waited for',
  'link-lost': '`host`, `step`, `error`; the step goes on when the host answers again',
  step: '`host`, `step`, `outcome` (unchanged, changed, failed, blocked, skipped), `ms`, `error`, `blockedBy`',
  summary:
    '`verb`, `applied`, `ok`, `exit`, `ms`, `interrupted`, `hosts` ({host, result, changes, waits, steps, ms, errors, blockedBy}); always the last line',
  check: 'only `status`: `what`, `healthy`, `detail`',
  left: 'only `reset`: `host`, `what` is left',
  kept: 'only `reset`: users’ data that stays: `what`, `path`',
  error: 'what kept a run from starting: `code`, `message`, `host`, `origin`, `evidence`, `hint`',
} as const

/** Prints every event as one line of JSON on stdout; `line` events only with -v. docs/json.md lists the fields. */
export function jsonRenderer({ verbose, screen = PROCESS_SCREEN }: RendererOptions): Renderer {
  return {
    on: (event) => {
      if (event.event === 'progress' || (event.event === 'line' && verbose === 0)) return
      screen.out(`${jsonLine(event)}\n`)
    },
    tell: (text) => screen.err(`${text}\n`),
    close: () => {},
  }
}

/** An event as one line of JSON. Of errors and changes it includes only the fields that programs may use. */
export function jsonLine(event: EngineEvent): string {
  return printableJson(event.event === 'run' ? { schema: 1, ...event } : event, (_key, value) => {
    if (value instanceof ConvecthubError) return errorJson(value)
    return isChange(value) ? { kind: value.kind, sign: value.sign, title: value.title } : value
  })
}

/** The fields of an error that programs may use. */
export function errorJson({ code, message, details }: ConvecthubError) {
  const { host, step, origin, evidence, hint } = details
  return { code, message, host, step, origin, evidence, hint }
}

function isChange(value: unknown): value is Change {
  return typeof value === 'object' && value !== null && 'sign' in value && 'kind' in value && 'title' in value
}
