import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { errorJson } from '../../src/ui/error-json.ts'
import { jsonLine, jsonRenderer } from '../../src/ui/json-renderer.ts'
import { printFailure } from '../../src/ui/print-result.ts'
import { eventSchema } from '../docs/event-schema.ts'
import { CHANGES, ERROR, EVENTS, HIDDEN, SUMMARY } from '../helpers/event-samples.ts'

const written: string[] = []
beforeEach(() => {
  written.length = 0
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const printed = EVENTS.filter(({ event }) => event !== 'progress')
const lines = [...printed, SUMMARY]

it.each(lines)('prints $event as one line of JSON that the schema allows', (event) => {
  const line = jsonLine(event)
  expect(line).not.toContain('\n')
  expect(eventSchema.safeParse(JSON.parse(line)).error?.issues).toBeUndefined()
  expect(JSON.parse(line)).toMatchObject({ event: event.event })
})

it('prints the fields of an error that programs may use', () => {
  const parts = {
    code: 'STEP_FAILED',
    message: 'start k3s: exit code 1',
    host: 'w1',
    step: 'k3s-agent',
    evidence: 'line one\nline two',
    hint: 'look there',
  }
  for (const event of lines) {
    const value = JSON.parse(jsonLine(event)) as { error?: unknown; hosts?: { errors?: unknown[] }[] }
    if ('error' in event) expect(value.error).toEqual(parts)
    if (event.event === 'summary') expect(value.hosts?.[0]?.errors).toEqual([parts])
  }
})

it('prints only kind, sign and title of a change', () => {
  const line = jsonLine({ event: 'planned', host: 'w1', step: 'x', changes: CHANGES })
  expect((JSON.parse(line) as { changes: unknown }).changes).toEqual(
    CHANGES.map(({ kind, sign, title }) => ({ kind, sign, title })),
  )
})

it('shows no secret in any event', () => {
  expect(lines.map(jsonLine).join()).not.toContain(HIDDEN)
  expect(lines.map(jsonLine).join()).not.toContain('one\\ntwo')
})

it.each([
  { verbose: 0, kinds: printed.map(({ event }) => event).filter((event) => event !== 'line') },
  { verbose: 1, kinds: printed.map(({ event }) => event) },
])('prints $kinds with -v $verbose times', ({ verbose, kinds }) => {
  const renderer = jsonRenderer({ mode: 'json', color: true, verbose })
  for (const event of EVENTS) renderer.on(event)
  renderer.close()
  const lines = written.join('').split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(kinds)
})

it('prints the version of the schema in the first line', () => {
  const [run] = EVENTS
  expect(run && JSON.parse(jsonLine(run))).toMatchObject({ event: 'run', schema: 1 })
})

it('prints the errors that end a command, and the summary last', () => {
  const inventory = new ConvecthubError('BAD_VALUE', 'http_port=x', {
    origin: { file: 'inv.toml', line: 8, column: 1 },
    hint: 'correct http_port',
  })
  printFailure('plan', [ERROR, inventory], 3)
  const lines = written
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)))
  expect(lines).toMatchObject([
    { event: 'error', ...JSON.parse(JSON.stringify(errorJson(ERROR))) },
    { event: 'error', code: 'BAD_VALUE', origin: { file: 'inv.toml', line: 8, column: 1 } },
    { event: 'summary', verb: 'plan', ok: false, exit: 3, hosts: [] },
  ])
})
