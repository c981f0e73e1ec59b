import { Chalk, type ChalkInstance } from 'chalk'
import { cells } from '../cells.ts'
import type { EngineEvent } from '../engine/event.ts'
import { printable } from '../printable.ts'
import { COLOUR } from './fit.ts'

/** Colours for a stream. None when it is not a terminal, or with NO_COLOR or --no-color. */
export function style(stream: { isTTY?: boolean }, color: boolean): ChalkInstance {
  const on = color && stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return new Chalk({ level: on ? 1 : 0 })
}

/** "<0.1 s", "0.8 s", "12 s", "3 min 05 s". */
export function duration(ms: number): string {
  if (ms < 50) return '<0.1 s'
  const s = ms < 10_000 ? ms / 1000 : Math.round(ms / 1000)
  if (s < 10) return `${s.toFixed(1)} s`
  if (s < 120) return `${s} s`
  return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`
}

/** "812 kB", "1.4 GB". */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  const number = count / 1000 ** power
  return `${power > 0 && number < 10 ? number.toFixed(1) : Math.round(number)} ${units[power]}`
}

/** Makes text safe for a terminal: keeps colour codes and makes everything else printable. */
export function coloured(text: string): string {
  return text
    .split(COLOUR)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join('')
}

/** "1 host", "3 hosts". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** Aligns rows in columns, two blanks apart. The last column is not padded. Colour codes do not count as width. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (max, row) => row.map((cell, i) => Math.max(max[i] ?? 0, cells(cell))),
    [],
  )
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - cells(cell) + 2)))
      .join('')
      .trimEnd(),
  )
}

/** The line that reports how a file goes from host to host. */
export function relayText({ state, file, from, why }: Extract<EngineEvent, { event: 'relay' }>): string {
  if (state === 'waiting') return `waiting for ${from}, which gets ${file} first`
  if (state === 'fetching') return `fetching ${file} from ${from}`
  return `${file} did not come from ${from}: ${why}; another host or this computer sends it`
}

/** The line that reports a job of an earlier run that is still running. */
export function waitingText({ job, ms, ends }: { job: string; ms: number; ends?: boolean }): string {
  const since = ms < 1000 ? 'just begun' : `under way for ${duration(ms)}`
  return ends
    ? `ending the ${job} job of an earlier run (${since}): it does what is no longer wanted`
    : `waiting for the ${job} job of an earlier run, ${since}`
}
