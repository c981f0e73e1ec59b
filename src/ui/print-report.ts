import type { RunReport } from '../engine/run-options.ts'
import { printableJson } from '../printable.ts'
import type { Conclusion, Summary } from './conclusion.ts'
import { layoutFor } from './format-error.ts'
import { jsonLine } from './json-renderer.ts'
import { printLines } from './print-lines.ts'
import { makePrintable } from './printable-event.ts'
import type { OutputMode } from './renderer.ts'
import { failureLines, reportLines } from './report.ts'
import { style } from './style.ts'

/**
 * Prints the end of a run. For people: errors on stderr, then table, findings, verdict and what to do next on stdout.
 * For programs: the events of the verb and, as the last line, the summary. `exit`: the exit code of the program.
 */
export function printReport(
  report: RunReport,
  conclusion: Conclusion,
  { mode, color, exit }: { mode: OutputMode; color: boolean; exit: number },
): void {
  if (mode === 'json') {
    for (const event of conclusion.events ?? []) process.stdout.write(`${printableJson(event)}\n`)
    process.stdout.write(`${jsonLine(summaryOf(report, exit))}\n`)
    return
  }
  // names and versions may come from hosts and inventories
  const hosts = makePrintable(report.hosts)
  const { stderr, stdout } = process
  printLines(failureLines(hosts, style(stderr, color), layoutFor(stderr)), stderr)
  printLines(reportLines({ ...report, hosts }, conclusion, style(stdout, color), layoutFor(stdout).width))
}

function summaryOf({ verb, applied, interrupted, ms, hosts }: RunReport, exit: number): Summary {
  return { event: 'summary', verb, applied, ok: exit === 0, exit, ms, interrupted, hosts }
}
