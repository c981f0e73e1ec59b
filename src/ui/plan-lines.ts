import type { ChalkInstance } from 'chalk'
import { structuredPatch } from 'diff'
import type { Change, Sign } from '../engine/change.ts'
import type { EngineEvent } from '../engine/event.ts'
import { oneLine } from '../printable.ts'
import { Secret } from '../secret.ts'
import { hostNames } from './host-names.ts'

/** How many unchanged lines to show around a difference in a file. */
const CONTEXT = 3

type Planned = Extract<EngineEvent, { event: 'planned' }>

/** What the signs in a plan mean. */
export const LEGEND = '+ add   ~ change   - remove   ! start or wait'

/**
 * A plan for people; hosts with the same changes share one block. With `current` (texts by "host path") it also shows
 * the differences in files.
 */
export function planLines(
  planned: readonly Planned[],
  current: ReadonlyMap<string, string | undefined> | undefined,
  paint: ChalkInstance,
): string[] {
  const blocks = new Map<string, string[]>()
  for (const host of new Set(planned.map((event) => event.host))) {
    const block = hostLines(
      planned.filter((event) => event.host === host),
      current,
      paint,
    ).join('\n')
    blocks.set(block, [...(blocks.get(block) ?? []), host])
  }
  return [...blocks].flatMap(([block, hosts]) => [paint.bold(hostNames(hosts)), ...block.split('\n'), ''])
}

function hostLines(
  planned: readonly Planned[],
  current: ReadonlyMap<string, string | undefined> | undefined,
  paint: ChalkInstance,
): string[] {
  const shade: Record<Sign, (text: string) => string> = {
    '+': paint.green,
    '~': paint.yellow,
    '-': paint.red,
    '!': paint.cyan,
  }
  const width = Math.max(0, ...planned.map(({ step }) => step.length))
  return planned.flatMap(({ host, step, changes }) =>
    changes.flatMap((change, i) => {
      const title = shade[change.sign](`${change.sign} ${oneLine(change.title)}`)
      const place = `${host} ${'path' in change ? change.path : ''}`
      const unread = current?.has(place) && current.get(place) === undefined
      return [
        `  ${(i === 0 ? step : '').padEnd(width)}  ${title}`,
        ...(current ? (unread ? [UNREAD] : diffLines(change, current.get(place), paint)) : []).map(
          (line) => `  ${' '.repeat(width)}    ${line}`,
        ),
      ]
    }),
  )
}

const UNREAD = '(its text could not be read)'

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
