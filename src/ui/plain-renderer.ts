import type { EngineEvent } from '../engine/event.ts'
import { formatError } from './format-error.ts'
import { hostNames } from './host-names.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { coloured, duration, style, waitingText } from './style.ts'
import { UploadProgress } from './upload-progress.ts'

/** How often to report that a long change is still running, ms. */
const HEARTBEAT_MS = 30_000

/** Prints a line for each important event, starting with its host. For pipes, CI logs and scrolling back. */
export function plainRenderer({ color, verbose }: RendererOptions): Renderer {
  const paint = style(process.stderr, color)
  const titles = new Map<string, string>()
  const uploads = new UploadProgress()
  const underWay = new Map<string, { title: string; since: number }>()
  let width = 0
  const print = (text: string) => process.stderr.write(`${coloured(text)}\n`)
  const printFor = (host: string, text: string) => print(`${paint.bold(host.padEnd(width))}  ${text}`)
  const printProgress = () => {
    for (const [host, { title, since }] of underWay) {
      if (Date.now() - since > HEARTBEAT_MS / 2)
        printFor(host, paint.dim(`… ${title} (${uploads.ofHost(host) ?? duration(Date.now() - since)})`))
    }
    const all = uploads.total()
    if (all && underWay.size > 1) printFor('', paint.dim(`… in all ${all}`))
  }
  let heartbeat: NodeJS.Timeout
  const startHeartbeat = () => {
    heartbeat = setInterval(printProgress, HEARTBEAT_MS).unref()
  }
  startHeartbeat()

  const on = (event: EngineEvent) => {
    uploads.on(event)
    switch (event.event) {
      case 'run':
        width = Math.max(...event.hosts.map((host) => host.length), 4)
        for (const { id, title } of event.steps) titles.set(id, title)
        break
      case 'connected':
        if (verbose > 0) printFor(event.host, `connected in ${duration(event.ms)}, ${event.os}`)
        break
      case 'host-failed':
        print(formatError(event.error, paint))
        break
      case 'finding':
        if (event.finding.level === 'warning')
          printFor(
            hostNames(event.hosts),
            `${paint.yellow('warning')} ${event.finding.message}; ${event.finding.hint}`,
          )
        break
      case 'step-start':
        printFor(event.host, titles.get(event.step) ?? event.step)
        break
      case 'change-start':
        underWay.set(event.host, { title: event.change.title, since: Date.now() })
        printFor(event.host, `  ${event.change.sign} ${event.change.title}`)
        break
      case 'change-end':
        underWay.delete(event.host)
        break
      case 'line':
        if (verbose > 0 || /^waiting for/.test(event.line))
          printFor(event.host, paint.dim(`  | ${event.line}`))
        break
      case 'waiting':
        printFor(event.host, paint.yellow(waitingText(event)))
        break
      case 'link-lost':
        printFor(event.host, paint.yellow(`${event.error.message}; logging in again`))
        break
      case 'step':
        underWay.delete(event.host)
        if (event.outcome === 'changed')
          printFor(event.host, paint.green(`${titles.get(event.step)}: done in ${duration(event.ms)}`))
        if (event.outcome === 'blocked')
          printFor(event.host, paint.yellow(`${titles.get(event.step)}: blocked by ${event.blockedBy}`))
        if (event.outcome === 'failed' && event.error?.details.step === event.step)
          print(formatError(event.error, paint))
        break
      case 'summary':
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
      return startHeartbeat
    },
    close,
  }
}
