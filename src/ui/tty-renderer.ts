import { cells, wrap } from './fit.ts'
import { LiveArea } from './live-area.ts'
import { liveView } from './live-view.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { type LogLine, RunLog } from './run-log.ts'
import { RunView } from './run-view.ts'
import { PROCESS_SCREEN } from './screen.ts'
import { coloured, style } from './style.ts'

/** How often the live view is drawn again, ms. */
const TICK_MS = 200

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
  const print = ({ kind, host, text }: LogLine) => {
    const names = Math.min(Math.max(...view.hosts.map(cells), 4), Math.floor(screen.width() / 3))
    const [first = '', ...more] = text.split('\n')
    const name = paint.bold(host) + ' '.repeat(Math.max(0, names - cells(host)))
    const line = `${marks[kind]} ${name}  ${kind === 'output' ? paint.dim(text) : first}`
    // evidence, hints and output may be copied, so they stay as they are
    const lines = kind === 'output' ? [line] : [...wrap(line, screen.width()), ...more]
    above(lines)
  }
  const log = new RunLog({
    view,
    paint,
    verbose,
    together: () => verbose === 0 && view.hosts.length > screen.height(),
    print,
  })
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
    tell: (text) => above([text]),
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
