import type { ChalkInstance } from 'chalk'
import { cells } from '../cells.ts'
import { type ConvecthubError, type ErrorDetails, formatOrigin } from '../errors.ts'
import { hostRuns } from '../host-runs.ts'
import type { Warning } from '../inventory/inventory.ts'
import { oneLine, pointAt, printable } from '../printable.ts'
import { fill, wordsOf } from './fit.ts'
import type { ErrorGroup } from './group-errors.ts'

/** `width`: break lines at blanks to be at most so many cells long; without it, never. */
export interface ErrorLayout {
  width?: number | undefined
}

/** The layout for a stream: as wide as the terminal. Text for files and pipes is not broken. */
export function layoutFor({ isTTY, columns }: { isTTY?: boolean; columns?: number }): ErrorLayout {
  return isTTY && columns ? { width: columns } : {}
}

/** What errors, warnings and notes have in common. */
interface Told {
  label: string
  code?: string
  message: string
  details: ErrorDetails
  hosts: readonly string[]
}

/** An error for people: where it happened, what is wrong, the evidence, and what to do. */
export function formatError(error: ConvecthubError, paint: ChalkInstance, layout: ErrorLayout = {}): string {
  return formatGroup({ error, hosts: [] }, paint, layout)
}

/** The errors of hosts with one cause, like `formatError`. `label` is for problems that are not errors here. */
export function formatGroup(
  { error: { code, message, details }, hosts }: ErrorGroup,
  paint: ChalkInstance,
  layout: ErrorLayout = {},
  label = paint.red.bold('error'),
): string {
  return format({ label, code, message, details, hosts }, paint, layout)
}

/** A warning, in the layout of errors. */
export function formatWarning(
  warning: Pick<Warning, 'message'> & Partial<Warning>,
  paint: ChalkInstance,
  layout: ErrorLayout = {},
): string {
  const { code, message, ...details } = warning
  return format(
    { label: paint.yellow.bold('warning'), message, details, hosts: [], ...(code && { code }) },
    paint,
    layout,
  )
}

const INDENT = '      '

function format(
  { label, code, message, details, hosts }: Told,
  paint: ChalkInstance,
  { width = Number.POSITIVE_INFINITY }: ErrorLayout,
): string {
  const { host, step, origin, evidence, hint } = details
  const many = hosts.length > 1
  const who = many ? [step, `${hosts.length} hosts`] : [host, host && step]
  const where = [origin && formatOrigin(origin), who.filter(Boolean).join(', ')].filter(Boolean).join(': ')
  const head = [
    { text: label, shade: String },
    ...(where ? words(`${oneLine(where)}:`, paint.bold) : []),
    ...words(oneLine(message)),
    ...(code ? [{ text: `[${code}]`, shade: paint.dim }] : []),
  ]
  const bar = paint.dim(`${INDENT}| `)
  const shown = [...(many ? [hostRuns(hosts.map(oneLine))] : []), ...fitted(evidence, width)]
  return [
    ...wrapped(head, width, '', INDENT),
    ...shown.flatMap((line) => wrapped(words(line, paint.dim), width, bar, bar)),
    ...(hint ? wrapped(words(oneLine(hint)), width, `${INDENT}${paint.cyan('→')} `, `${INDENT}  `) : []),
  ].join('\n')
}

/** The lines of the evidence. A line with a caret below it is cut around the caret, since broken lines would move it. */
function fitted(evidence: string | undefined, width: number): string[] {
  const lines = evidence ? printable(evidence).split('\n') : []
  const [line = '', caret = ''] = lines
  const room = width - INDENT.length - 2
  const before = caret.length - 1
  // a host may send such lines, too, with the caret anywhere
  if (lines.length !== 2 || !/^ *\^$/.test(caret) || cells(line) <= room || cells(line) < before) return lines
  let index = 0
  while (cells(line.slice(0, index)) < before) index += 1
  // two cells are for the ellipses; a side that needs less than half leaves the rest to the other
  const both = Math.max(16, room - 2)
  const left = Math.min(before, Math.max(Math.floor(both / 2), both - (cells(line) - before)))
  return pointAt(line, index, left, both - left).split('\n')
}

interface Word {
  text: string
  shade: (text: string) => string
}

function words(line: string, shade: Word['shade'] = String): Word[] {
  return wordsOf(line).map((text) => ({ text, shade }))
}

function wrapped(words: readonly Word[], width: number, first: string, next: string): string[] {
  return fill(words, width, first, next).map((line, i) => `${i === 0 ? first : next}${painted(line)}`)
}

/** The words with blanks between them; neighbours of one colour are painted together. */
function painted(line: readonly Word[]): string {
  const runs: Word[] = []
  for (const { text, shade } of line) {
    const last = runs.at(-1)
    if (last?.shade === shade) last.text += ` ${text}`
    else runs.push({ text, shade })
  }
  return runs.map(({ text, shade }) => shade(text)).join(' ')
}
