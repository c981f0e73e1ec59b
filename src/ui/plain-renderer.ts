import { groups } from './live-view.ts'
import { type Renderer, type RendererOptions, STOPPING } from './renderer.ts'
import { type LogLine, RunLog } from './run-log.ts'
import { RunView } from './run-view.ts'
import { PROCESS_SCREEN } from './screen.ts'
import { coloured, style } from './style.ts'

/** After this long without a line, tell what is being waited for, ms. */
export const SILENCE_MS = 30_000

/** How many of the things that hosts do are told in such a line. */
const TOLD = 3

/** Prints a line for each step and host that ends, with the time since the start: for pipes, CI logs and files. */
export function plainRenderer({ color, verbose, screen = PROCESS_SCREEN }: RendererOptions): Renderer {
  const paint = style(process.stderr, color)
  const view = new RunView()
  const shades: Record<LogLine['kind'], (text: string) => string> = {
    done: paint.green,
    note: paint.yellow,
    warning: (text) => `${paint.yellow('warning')} ${text}`,
    stopped: paint.yellow,
    error: (text) => `${paint.red('error')} ${text}`,
    output: paint.dim,
  }
  let silence: NodeJS.Timeout | undefined

  const tell = (text: string) => {
    screen.err(`${coloured(`${clock(Date.now() - view.began)} ${text}`)}\n`)
    if (silence) listen()
  }
  const print = ({ kind, host, text }: LogLine) => {
    const width = Math.max(...view.hosts.map((name) => name.length), 4)
    tell(`${paint.bold(host.padEnd(width))}  ${shades[kind](text)}`)
  }
  const log = new RunLog({ view, paint, verbose, together: () => false, print })
  const listen = () => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      const waits = waitingFor(view, Date.now())
      if (waits) tell(paint.dim(waits))
      else listen()
    }, SILENCE_MS).unref()
  }
  const hush = () => {
    log.flush()
    clearTimeout(silence)
    silence = undefined
  }
  listen()

  return {
    on(event) {
      view.on(event)
      log.on(event)
      if (event.event === 'line' && verbose === 0 && /^waiting for/.test(event.line))
        print({ kind: 'output', host: event.host, text: `  | ${event.line}` })
    },
    stopping() {
      view.stopping = true
      tell(STOPPING)
    },
    still() {
      hush()
      return listen
    },
    close: hush,
  }
}

/** "… Install Docker: node17, 41 s; Send the bundle: 3 hosts, …"; empty when nothing is being done. */
function waitingFor(view: RunView, now: number): string {
  const all = groups(view, now)
  const more = all.length > TOLD ? [`${all.length - TOLD} more`] : []
  const uploads = view.uploads.total()
  const parts = [...all.slice(0, TOLD), ...more, ...(all.length > 0 && uploads ? [`sent ${uploads}`] : [])]
  return parts.length > 0 ? `… ${parts.join('; ')}` : ''
}

/** "[02:07]": minutes and seconds. */
export function clock(ms: number): string {
  const s = Math.floor(ms / 1000)
  return `[${String(Math.floor(s / 60)).padStart(2, '0')}:${String(s % 60).padStart(2, '0')}]`
}
