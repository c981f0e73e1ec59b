import type { RunReport } from '../engine/run-options.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import type { FleetInput } from '../fleet/read-fleet.ts'
import { isDone } from '../outcome.ts'
import type { Conclusion } from '../ui/conclusion.ts'
import { LEGEND } from '../ui/plan-lines.ts'
import { changesText } from '../ui/report.ts'
import { count, style } from '../ui/style.ts'
import { continueLines } from './continue-lines.ts'
import type { Planned } from './planned.ts'

/** The end of a run that only planned: the plan, what it comes to, and the command of `verb` that makes the changes. */
export function planConclusion(
  report: RunReport,
  planned: Planned,
  fleet: FleetInput,
  options: CommonOptions & { verb: string },
): Conclusion {
  const paint = style(process.stdout, options.color)
  const open = report.hosts.filter((host) => !isDone(host))
  const changes = report.hosts.some(({ changes, waits }) => changes + waits > 0)
  const body = changes ? [...planned.lines(options.color), paint.dim(LEGEND), ''] : []
  if (report.interrupted) return { next: continueLines(report, fleet, options, 'Plan again') }
  if (open.length > 0) {
    const rest = report.hosts.length - open.length
    const all = count(report.hosts.length, 'host')
    return {
      body,
      verdict: paint.red(
        `${open.length} of ${all} could not be planned${rest > 0 ? `; on the other ${rest}: ${changesText(report.hosts)}` : ''}.`,
      ),
      next: continueLines(report, fleet, options, 'Plan again'),
    }
  }
  return {
    body,
    verdict: changes ? `${changesText(report.hosts)}.` : paint.green('Nothing to change.'),
    next: changes ? [toCopy('Apply', commandLine(options.verb, options))] : [],
  }
}
