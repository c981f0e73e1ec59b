import type { WorkEvent } from '../artifacts/work-event.ts'
import { printableJson } from '../printable.ts'
import { fit, wrap } from './fit.ts'
import { LiveArea } from './live-area.ts'
import { clock, SILENCE_MS } from './plain-renderer.ts'
import { type OutputMode, STOPPING } from './renderer.ts'
import { PROCESS_SCREEN, type Screen } from './screen.ts'
import { bytes, coloured, duration, style } from './style.ts'
import { TICK_MS } from './tty-renderer.ts'
import { WorkProgress } from './work-progress.ts'

/** Shows work on files while it runs. */
export interface WorkRenderer {
  on(event: WorkEvent): void
  /** Tells that Ctrl-C was pressed. */
  stopping(): void
  /** "3 of 17 files" are there; undefined before it is known how many there will be. */
  files(): string | undefined
  close(): void
}

export interface WorkRendererOptions {
  mode: OutputMode
  color: boolean
  /** Where to write, when that is not this process's terminal. */
  screen?: Screen
}

/** How many files are named in a line that tells what is waited for. */
const NAMED = 3

/**
 * On a terminal a line for each file that was fetched, with a live view below; else these lines with the time, and
 * after a silence one about what is under way; or lines of JSON.
 */
export function workRenderer({ mode, color, screen = PROCESS_SCREEN }: WorkRendererOptions): WorkRenderer {
  const progress = new WorkProgress()
  const show = { tty: onTerminal, plain: inLines, json: asJson }[mode]({ progress, color, screen })
  return {
    on(event) {
      progress.on(event)
      show.on(event)
    },
    stopping: () => show.note(STOPPING),
    files: () => progress.files(),
    close: show.close,
  }
}

interface Shown {
  progress: WorkProgress
  color: boolean
  screen: Screen
}

interface Show {
  on(event: WorkEvent): void
  note(text: string): void
  close(): void
}

function onTerminal({ progress, color, screen }: Shown): Show {
  const paint = style(process.stderr, color)
  const area = new LiveArea(screen)
  const live = () =>
    screen.interactive
      ? [paint.bold(progress.total()), ...progress.active().map((line) => `  ${line}`)]
          .slice(0, Math.max(1, screen.height() - 1))
          .map((line) => coloured(fit(line, screen.width() - 1 || 1)))
      : []
  const above = (line: string) =>
    area.above(`${wrap(line, screen.width()).map(coloured).join('\n')}\n`, live())
  const tick = setInterval(() => area.draw(live()), TICK_MS).unref()
  const ignoreSize = screen.onResize(() => area.draw(live()))
  return {
    on(event) {
      if (event.event === 'fetched') above(`${paint.green('✔')} ${fetchedText(event)}`)
    },
    note: above,
    close() {
      clearInterval(tick)
      ignoreSize()
      area.clear()
    },
  }
}

function inLines({ progress, screen }: Shown): Show {
  const began = Date.now()
  let silence: NodeJS.Timeout | undefined
  const tell = (text: string) => {
    screen.err(`${coloured(`${clock(Date.now() - began)} ${text}`)}\n`)
    listen()
  }
  const listen = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      const active = progress.active()
      const more = active.length > NAMED ? [`${active.length - NAMED} more`] : []
      tell(`… ${[progress.total(), ...active.slice(0, NAMED), ...more].join('; ')}`)
    }, SILENCE_MS).unref()
  }
  listen()
  return {
    on(event) {
      if (event.event === 'fetched') tell(fetchedText(event))
    },
    note: tell,
    close: () => clearTimeout(silence),
  }
}

function asJson({ screen }: Shown): Show {
  return {
    on(event) {
      if (event.event === 'fetch' || event.event === 'fetched') screen.out(`${printableJson(event)}\n`)
    },
    note: (text) => screen.err(`${text}\n`),
    close: () => {},
  }
}

function fetchedText({ name, size, ms }: Extract<WorkEvent, { event: 'fetched' }>): string {
  return `${name}: ${bytes(size)}, ${duration(ms)}`
}
