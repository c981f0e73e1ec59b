import type { ChalkInstance } from 'chalk'
import { structuredPatch } from 'diff'
import type { Change, Sign } from '../engine/change.ts'
import type { EngineEvent } from '../engine/event.ts'
import { oneLine } from '../printable.ts'
import { Secret } from '../secret.ts'
import { hostNames } from './host-names.ts'
import { bytes } from './style.ts'

/** How many unchanged lines to show around a difference in a file. */
const CONTEXT = 3

type Planned = Extract<EngineEvent, { event: 'planned' }>
export type Delivery = Extract<EngineEvent, { event: 'delivery' }>

/** What the signs in a plan mean. */
export const LEGEND = '+ add   ~ change   - remove   ! start or wait'

export interface PlanOptions {
  /** Texts by "host path", to show the differences in files as well. */
  current?: ReadonlyMap<string, string | undefined> | undefined
  /** What goes from host to host. */
  delivery?: Delivery | undefined
  paint: ChalkInstance
}

/** A plan for people; hosts with the same changes share one block. */
export function planLines(planned: readonly Planned[], options: PlanOptions): string[] {
  const blocks = new Map<string, string[]>()
  for (const host of new Set(planned.map((event) => event.host))) {
    const block = hostLines(
      planned.filter((event) => event.host === host),
      options,
    ).join('\n')
    blocks.set(block, [...(blocks.get(block) ?? []), host])
  }
  const { delivery, paint } = options
  return [
    ...[...blocks].flatMap(([block, hosts]) => [paint.bold(hostNames(hosts)), ...block.split('\n'), '']),
    ...(delivery
      ? [
          `Delivery: ${bytes(delivery.here)} from this computer, ${bytes(delivery.between)} from host to host (--no-relay sends all of it from here)`,
          '',
        ]
      : []),
  ]
}

function hostLines(planned: readonly Planned[], { current, delivery, paint }: PlanOptions): string[] {
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
        `  ${(i === 0 ? step : '').padEnd(width)}  ${title}${paint.dim(wayOf(change, delivery))}`,
        ...(current ? (unread ? [UNREAD] : diffLines(change, current.get(place), paint)) : []).map(
          (line) => `  ${' '.repeat(width)}    ${line}`,
        ),
      ]
    }),
  )
}

/** How a file gets to a host, where that is not only from here. */
function wayOf(change: Change, delivery: Delivery | undefined): string {
  const relayed =
    change.kind === 'upload' && delivery?.files.find(({ file }) => file === change.artifact.name)
  if (!relayed) return ''
  return relayed.from.length > 0 ? `, from ${hostNames(relayed.from)}` : ', from host to host'
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
