import { cells } from '../cells.ts'
import { wrap } from './fit.ts'
import { LiveArea } from './live-area.ts'
import { liveView } from './live-view.ts'
import { type Renderer, type RendererOptions, STOPPING } from './renderer.ts'
import { type LogLine, RunLog } from './run-log.ts'
import { RunView } from './run-view.ts'
import { PROCESS_SCREEN } from './screen.ts'
import { coloured, count, style } from './style.ts'

/** How often the live view is drawn again, ms. */
export const TICK_MS = 200

/** Prints a line for each finished step, and below these a live view of what every host is doing. */
export function ttyRenderer({ color, verbose, times, screen = PROCESS_SCREEN }: RendererOptions): Renderer {
  const paint = style(process.stderr, color)
  const view = new RunView()
  const area = new LiveArea(screen)
  const marks = {
    done: paint.green('✔'),
    note: paint.yellow('!'),
    warning: paint.yellow('!'),
    stopped: paint.yellow('■'),
    error: paint.red('✘'),
    output: ' ',
  }
  let moving = false

  const live = () => {
    if (!moving || !screen.interactive) return []
    const size = { width: screen.width(), rows: screen.height() }
    return liveView(view, { ...size, now: Date.now(), times: times ?? new Map(), paint }).map(coloured)
  }
  const draw = () => area.draw(live())
  const above = (lines: readonly string[]) =>
    area.above(lines.map((line) => `${coloured(line)}\n`).join(''), live())
  const together = () => verbose === 0 && view.hosts.length > screen.height()
  const print = ({ kind, host, text }: LogLine) => {
    const width = screen.width()
    const hosts = together() ? [...view.hosts, count(view.hosts.length, 'host')] : view.hosts
    const names = Math.min(Math.max(...hosts.map(cells), 4), Math.floor(width / 3))
    const name = paint.bold(host) + ' '.repeat(Math.max(0, names - cells(host)))
    const line = `${marks[kind]} ${name}  ${kind === 'output' ? paint.dim(text) : text}`
    // what a host prints stays as it is
    above(kind === 'output' ? [line] : wrap(line, width))
  }
  const log = new RunLog({ view, paint, verbose, together, print })
  const tick = setInterval(draw, TICK_MS).unref()
  const ignoreSize = screen.onResize(draw)
  const stop = () => {
    log.flush()
    area.clear()
    moving = false
  }

  return {
    on(event) {
      view.on(event)
      log.on(event)
      if (event.event === 'run') {
        moving = true
        if (event.standIn)
          above([paint.yellow('This bundle is a stand-in: nothing it installs is a real K3s or JupyterHub.')])
        draw()
      }
    },
    stopping() {
      view.stopping = true
      above(wrap(STOPPING, screen.width()))
    },
    still() {
      const was = moving
      stop()
      return () => {
        moving = was
        draw()
      }
    },
    close() {
      clearInterval(tick)
      ignoreSize()
      stop()
    },
  }
}
