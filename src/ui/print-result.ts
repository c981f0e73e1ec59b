import type { ConvecthubError } from '../errors.ts'
import { EXIT, type ExitName } from '../exit-codes.ts'
import { printableJson } from '../printable.ts'
import type { Summary, VerbEvent } from './conclusion.ts'
import { errorJson } from './error-json.ts'
import { printLines } from './print-lines.ts'
import type { OutputMode } from './renderer.ts'

/** What a verb found that does not work on hosts: as lines for people, and as events for programs. */
export interface Result {
  lines: readonly string[]
  events: readonly VerbEvent[]
  exit: ExitName
}

/** Prints the result of a verb as the options ask: its lines, or its events and a summary. Returns its exit. */
export function printResult(
  verb: string,
  { lines, events, exit }: Result,
  { output }: { output?: OutputMode },
): ExitName {
  if (output !== 'json') printLines(lines)
  else {
    for (const event of events) printEvent(event)
    printEvent(summaryOf(verb, EXIT[exit].code))
  }
  return exit
}

/** Prints the errors that ended a command as JSON, and the summary that follows them. */
export function printFailure(verb: string, errors: readonly ConvecthubError[], exit: number): void {
  for (const error of errors) printEvent({ event: 'error', ...errorJson(error) })
  printEvent(summaryOf(verb, exit))
}

/** The last line of a command that did no run; `ms` since the program started. */
function summaryOf(verb: string, exit: number): Summary {
  return {
    event: 'summary',
    verb,
    applied: false,
    ok: exit === 0,
    exit,
    ms: Math.round(performance.now()),
    interrupted: exit === EXIT.interrupted.code,
    hosts: [],
  }
}

function printEvent(event: object): void {
  process.stdout.write(`${printableJson(event)}\n`)
}
