import type { ChalkInstance } from 'chalk'
import { structuredPatch } from 'diff'
import type { Change, Sign } from '../engine/change.ts'
import type { EngineEvent } from '../engine/event.ts'
import type { RunReport } from '../engine/run-options.ts'
import { oneLine } from '../printable.ts'
import { Secret } from '../secret.ts'
import { count } from './style.ts'

/** How many unchanged lines to show around a difference in a file. */
const CONTEXT = 3

type Planned = Extract<EngineEvent, { event: 'planned' }>

/** A plan for people. With `current` (texts by "host path") it also shows the differences in files. */
export function planLines(
  planned: readonly Planned[],
  report: RunReport,
  current: ReadonlyMap<string, string> | undefined,
  paint: ChalkInstance,
): string[] {
  const shade: Record<Sign, (text: string) => string> = {
    '+': paint.green,
    '~': paint.yellow,
    '-': paint.red,
    '!': paint.cyan,
  }
  const width = Math.max(0, ...planned.map(({ step }) => step.length))
  const lines: string[] = []
  for (const { host, error } of report.hosts) {
    const plannedHere = planned.filter((event) => event.host === host)
    if (plannedHere.length === 0) continue
    lines.push(paint.bold(host))
    for (const { step, changes } of plannedHere) {
      for (const [i, change] of changes.entries()) {
        lines.push(
          `  ${(i === 0 ? step : '').padEnd(width)}  ${shade[change.sign](`${change.sign} ${oneLine(change.title)}`)}`,
        )
        if (!current) continue
        const before = current.get(`${host} ${'path' in change ? change.path : ''}`)
        for (const line of diffLines(change, before, paint)) lines.push(`  ${' '.repeat(width)}    ${line}`)
      }
    }
    if (error) lines.push(`  ${paint.red(error.message)}`)
    lines.push('')
  }
  const failed = report.hosts.filter(({ error }) => error).length
  if (failed > 0) lines.push(paint.red(`${count(failed, 'host')} could not be planned.`))
  lines.push(
    report.changes === 0 && failed === 0
      ? paint.green('Nothing to change.')
      : `${count(report.changes, 'change')} on ${count(new Set(planned.map(({ host }) => host)).size, 'host')}.`,
  )
  return lines
}

function diffLines(change: Change, before: string | undefined, paint: ChalkInstance): string[] {
  if (change.kind !== 'file') return []
  if (change.content instanceof Secret) return [paint.dim('(a secret, not shown)')]
  if (change.content === before) return [paint.dim('(its text stays as it is)')]
  const { hunks } = structuredPatch('', '', before ?? '', change.content, '', '', { context: CONTEXT })
  return hunks.flatMap(({ lines }, i) => [
    ...(i > 0 ? [paint.dim('…')] : []),
    ...lines.map((line) => shadeOf(line, paint)(oneLine(`${line.slice(0, 1)} ${line.slice(1)}`))),
  ])
}

function shadeOf(line: string, paint: ChalkInstance): ChalkInstance {
  if (line.startsWith('+')) return paint.green
  return line.startsWith('-') ? paint.red : paint.dim
}
