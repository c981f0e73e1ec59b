import type { EngineEvent } from '../engine/event.ts'
import { formatError } from './format-error.ts'
import { printLines } from './print-lines.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { reportLines } from './report.ts'
import { coloured, duration, style, waitingText } from './style.ts'
import { UploadProgress } from './upload-progress.ts'

/** How often a long change gives a sign of life, ms. */
const HEARTBEAT_MS = 30_000

/** A line for everything that is worth one, each beginning with its host; for pipes, CI and scrolling back. */
export function plainRenderer({ color, verbose }: RendererOptions): Renderer {
  const paint = style(process.stderr, color)
  const titles = new Map<string, string>()
  const uploads = new UploadProgress()
  const underWay = new Map<string, { title: string; since: number }>()
  let width = 0
  // the lines of one turn go out together: a host often tells of many changes at once
  const flush = () => process.stderr.uncork()
  const tell = (text: string) => {
    if (process.stderr.writableCorked === 0) {
      process.stderr.cork()
      process.nextTick(flush)
    }
    process.stderr.write(`${coloured(text)}\n`)
  }
  const say = (host: string, text: string) => tell(`${paint.bold(host.padEnd(width))}  ${text}`)
  const beat = () => {
    for (const [host, { title, since }] of underWay) {
      if (Date.now() - since > HEARTBEAT_MS / 2)
        say(host, paint.dim(`… ${title} (${uploads.ofHost(host) ?? duration(Date.now() - since)})`))
    }
    const all = uploads.total()
    if (all && underWay.size > 1) say('', paint.dim(`… in all ${all}`))
  }
  let heartbeat: NodeJS.Timeout
  const live = () => {
    heartbeat = setInterval(beat, HEARTBEAT_MS).unref()
  }
  live()

  const on = (event: EngineEvent) => {
    uploads.on(event)
    switch (event.event) {
      case 'run':
        width = Math.max(...event.hosts.map((host) => host.length), 4)
        for (const { id, title } of event.steps) titles.set(id, title)
        break
      case 'connected':
        if (verbose > 0) say(event.host, `connected in ${duration(event.ms)}, ${event.os}`)
        break
      case 'host-failed':
        tell(formatError(event.error, paint))
        break
      case 'finding':
        if (event.finding.level === 'warning')
          say(
            event.finding.host,
            `${paint.yellow('warning')} ${event.finding.message}; ${event.finding.hint}`,
          )
        break
      case 'step-start':
        say(event.host, titles.get(event.step) ?? event.step)
        break
      case 'change-start':
        underWay.set(event.host, { title: event.change.title, since: Date.now() })
        say(event.host, `  ${event.change.sign} ${event.change.title}`)
        break
      case 'change-end':
        underWay.delete(event.host)
        break
      case 'line':
        if (verbose > 0 || /^waiting for/.test(event.line)) say(event.host, paint.dim(`  | ${event.line}`))
        break
      case 'waiting':
        say(event.host, paint.yellow(waitingText(event)))
        break
      case 'link-lost':
        say(event.host, paint.yellow(`${event.error.message}; logging in again`))
        break
      case 'step':
        underWay.delete(event.host)
        if (event.outcome === 'changed')
          say(event.host, paint.green(`${titles.get(event.step)}: done in ${duration(event.ms)}`))
        if (event.outcome === 'blocked')
          say(event.host, paint.yellow(`${titles.get(event.step)}: blocked by ${event.blockedBy}`))
        if (event.outcome === 'failed' && event.error?.details.step === event.step)
          tell(formatError(event.error, paint))
        break
      case 'summary':
        flush()
        printLines(reportLines(event, style(process.stdout, color)))
        break
      case 'planned':
      case 'progress':
        break
    }
  }
  const close = () => clearInterval(heartbeat)
  return {
    on,
    still() {
      close()
      return live
    },
    close,
  }
}
