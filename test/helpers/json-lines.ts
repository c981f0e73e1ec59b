import { expect } from 'vitest'
import { eventSchema } from '../docs/event-schema.ts'

/** Parses what `--output json` printed. Each line must follow the published schema, and the last one be the summary. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  const lines = stdout.trimEnd().split('\n')
  const events = lines.map((line) => eventSchema.parse(JSON.parse(line)) as Record<string, unknown>)
  expect(events.at(-1)).toMatchObject({ event: 'summary' })
  return events
}
