import ora from 'ora'
import type { EngineEvent } from '../engine/event.ts'
import { formatError } from './format-error.ts'
import { printLines } from './print-lines.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { reportLines } from './report.ts'
import { coloured, columns, count, duration, style, waitingText } from './style.ts'
import { UploadProgress } from './upload-progress.ts'

interface Now {
  text: string
  since: number
  detail: string
}

/** How many hosts the moving part shows at most; the others are counted. */
const SHOWN = 12

/** The same stream with a width that can be counted with: cron, serial consoles and some CI have terminals of 0 columns. */
function withColumns(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, { columns: { get: () => stream.columns || 80 } })
}

/** A line for each finished step, and below it, while it runs, what every host is at. */
export function ttyRenderer({ color, verbose }: RendererOptions): Renderer {
  const paint = style(process.stderr, color)
  const titles = new Map<string, string>()
  const uploads = new UploadProgress()
  const now = new Map<string, Now>()
  let width = 0
  let total = 0
  let done = 0
  let began = Date.now()
  const stream = withColumns(process.stderr)
  const spinner = ora({ stream, discardStdin: false })

  const show = () => {
    const rows = [...now]
      .slice(0, SHOWN)
      .map(([host, { text, since, detail }]) => [
        `  ${paint.bold(host.padEnd(width))}`,
        text.slice(0, Math.max(20, stream.columns - width - 34)),
        paint.dim(detail || duration(Date.now() - since)),
      ])
    const more = now.size > SHOWN ? [`  ${paint.dim(`and ${now.size - SHOWN} more`)}`] : []
    spinner.text = [
      [`${done} of ${count(total, 'step')}`, duration(Date.now() - began), uploads.total()]
        .filter((part) => part !== undefined)
        .join(', '),
      ...columns(rows),
      ...more,
    ].join('\n')
  }
  const tick = setInterval(show, 200)
  tick.unref()
  const keep = (line: string) => {
    const spinning = spinner.isSpinning
    if (spinning) spinner.clear()
    process.stderr.write(`${coloured(line)}\n`)
    if (spinning) spinner.render()
  }
  const at = (host: string, text: string) => now.set(host, { text, since: Date.now(), detail: '' })

  const on = (event: EngineEvent) => {
    uploads.on(event)
    switch (event.event) {
      case 'run':
        began = Date.now()
        width = Math.max(...event.hosts.map((host) => host.length), 4)
        for (const { id, title } of event.steps) titles.set(id, title)
        for (const host of event.hosts) at(host, 'connecting')
        if (event.standIn)
          keep(paint.yellow('This bundle is a stand-in: nothing it installs is a real K3s or JupyterHub.'))
        spinner.start()
        break
      case 'connected':
        now.delete(event.host)
        break
      case 'host-failed':
        now.delete(event.host)
        keep(formatError(event.error, paint))
        break
      case 'finding':
        if (event.finding.level === 'warning')
          keep(`${paint.yellow('!')} ${event.finding.host}: ${event.finding.message}; ${event.finding.hint}`)
        break
      case 'planned':
        if (event.changes.length > 0) total += 1
        break
      case 'step-start':
        at(event.host, titles.get(event.step) ?? event.step)
        break
      case 'change-start':
        at(event.host, event.change.title)
        break
      case 'line': {
        const current = now.get(event.host)
        if (current) current.detail = event.line.slice(0, 40)
        if (verbose > 0) keep(paint.dim(`  ${event.host.padEnd(width)} | ${event.line}`))
        break
      }
      case 'waiting':
        keep(`${paint.yellow('!')} ${paint.bold(event.host.padEnd(width))}  ${waitingText(event)}`)
        at(event.host, `${event.ends ? 'ending' : 'waiting for'} the ${event.job} job of an earlier run`)
        break
      case 'link-lost':
        keep(
          `${paint.yellow('!')} ${paint.bold(event.host.padEnd(width))}  ${event.error.message}; logging in again`,
        )
        at(event.host, 'logging in again')
        break
      case 'progress': {
        const current = now.get(event.host)
        if (current) current.detail = uploads.ofHost(event.host) ?? ''
        break
      }
      case 'change-end':
        break
      case 'step':
        now.delete(event.host)
        if (event.outcome === 'unchanged' || event.outcome === 'skipped') break
        done += 1
        keep(finished(event))
        break
      case 'summary':
        spinner.stop()
        printLines(reportLines(event, style(process.stdout, color)))
        break
    }
  }

  const finished = (event: Extract<EngineEvent, { event: 'step' }>) => {
    const line = (mark: string, rest: string) =>
      `${mark} ${paint.bold(event.host.padEnd(width))}  ${titles.get(event.step)}  ${rest}`
    if (event.outcome === 'changed') return line(paint.green('✔'), paint.dim(duration(event.ms)))
    if (event.outcome === 'blocked')
      return line(paint.yellow('■'), paint.yellow(`blocked by ${event.blockedBy}`))
    return event.error?.details.step === event.step
      ? formatError(event.error, paint)
      : line(paint.red('✘'), '')
  }

  return {
    on,
    still() {
      const moving = spinner.isSpinning
      spinner.stop()
      return () => {
        if (moving) spinner.start()
      }
    },
    close: () => {
      clearInterval(tick)
      spinner.stop()
    },
  }
}
