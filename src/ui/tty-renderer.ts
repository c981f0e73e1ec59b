import ora, { type Ora } from 'ora'
import type { EngineEvent } from '../engine/event.ts'
import type { Finding } from '../engine/step.ts'
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

type Finished = Extract<EngineEvent, { event: 'step' }>

/** A line for each finished step, and below it, while it runs, what every host is at. */
export function ttyRenderer(options: RendererOptions): Renderer {
  const screen = new Screen(options)
  return {
    on: (event) => screen.on(event),
    still: () => screen.still(),
    close: () => screen.close(),
  }
}

class Screen {
  readonly #options: RendererOptions
  readonly #paint: ReturnType<typeof style>
  readonly #stream = withColumns(process.stderr)
  readonly #spinner: Ora
  readonly #tick: NodeJS.Timeout
  readonly #titles = new Map<string, string>()
  readonly #uploads = new UploadProgress()
  /** What each host is at. */
  readonly #now = new Map<string, Now>()
  /** Of the column of host names, characters. */
  #width = 0
  /** Steps that have something to do, and those of them that are done. */
  #total = 0
  #done = 0
  #began = Date.now()

  constructor(options: RendererOptions) {
    this.#options = options
    this.#paint = style(process.stderr, options.color)
    this.#spinner = ora({ stream: this.#stream, discardStdin: false })
    this.#tick = setInterval(() => this.#show(), 200).unref()
  }

  on(event: EngineEvent): void {
    this.#uploads.on(event)
    switch (event.event) {
      case 'run':
        this.#start(event)
        break
      case 'connected':
        this.#now.delete(event.host)
        break
      case 'host-failed':
        this.#now.delete(event.host)
        this.#keep(formatError(event.error, this.#paint))
        break
      case 'finding':
        this.#finding(event.finding)
        break
      case 'planned':
        if (event.changes.length > 0) this.#total += 1
        break
      case 'step-start':
        this.#at(event.host, this.#titles.get(event.step) ?? event.step)
        break
      case 'change-start':
        this.#at(event.host, event.change.title)
        break
      case 'line':
        this.#line(event)
        break
      case 'waiting':
        this.#note(event.host, waitingText(event))
        this.#at(
          event.host,
          `${event.ends ? 'ending' : 'waiting for'} the ${event.job} job of an earlier run`,
        )
        break
      case 'link-lost':
        this.#note(event.host, `${event.error.message}; logging in again`)
        this.#at(event.host, 'logging in again')
        break
      case 'progress':
        this.#detail(event.host, this.#uploads.ofHost(event.host) ?? '')
        break
      case 'change-end':
        break
      case 'step':
        this.#finish(event)
        break
      case 'summary':
        this.#spinner.stop()
        printLines(reportLines(event, style(process.stdout, this.#options.color)))
    }
  }

  /** Stops what moves; the result has it go on. */
  still(): () => void {
    const moving = this.#spinner.isSpinning
    this.#spinner.stop()
    return () => {
      if (moving) this.#spinner.start()
    }
  }

  close(): void {
    clearInterval(this.#tick)
    this.#spinner.stop()
  }

  #start({ hosts, steps, standIn }: Extract<EngineEvent, { event: 'run' }>): void {
    this.#began = Date.now()
    this.#width = Math.max(...hosts.map((host) => host.length), 4)
    for (const { id, title } of steps) this.#titles.set(id, title)
    for (const host of hosts) this.#at(host, 'connecting')
    if (standIn)
      this.#keep(
        this.#paint.yellow('This bundle is a stand-in: nothing it installs is a real K3s or JupyterHub.'),
      )
    this.#spinner.start()
  }

  #finding({ level, host, message, hint }: Finding): void {
    if (level === 'warning') this.#keep(`${this.#paint.yellow('!')} ${host}: ${message}; ${hint}`)
  }

  #line({ host, line }: Extract<EngineEvent, { event: 'line' }>): void {
    this.#detail(host, line.slice(0, 40))
    if (this.#options.verbose > 0) this.#keep(this.#paint.dim(`  ${host.padEnd(this.#width)} | ${line}`))
  }

  #finish(event: Finished): void {
    this.#now.delete(event.host)
    if (event.outcome === 'unchanged' || event.outcome === 'skipped') return
    this.#done += 1
    this.#keep(this.#finishedLine(event))
  }

  #finishedLine({ host, step, outcome, ms, blockedBy, error }: Finished): string {
    const paint = this.#paint
    const line = (mark: string, rest: string) =>
      `${mark} ${paint.bold(host.padEnd(this.#width))}  ${this.#titles.get(step)}  ${rest}`
    if (outcome === 'changed') return line(paint.green('✔'), paint.dim(duration(ms)))
    if (outcome === 'blocked') return line(paint.yellow('■'), paint.yellow(`blocked by ${blockedBy}`))
    return error?.details.step === step ? formatError(error, paint) : line(paint.red('✘'), '')
  }

  #at(host: string, text: string): void {
    this.#now.set(host, { text, since: Date.now(), detail: '' })
  }

  #detail(host: string, detail: string): void {
    const current = this.#now.get(host)
    if (current) current.detail = detail
  }

  #note(host: string, text: string): void {
    this.#keep(`${this.#paint.yellow('!')} ${this.#paint.bold(host.padEnd(this.#width))}  ${text}`)
  }

  /** Writes a line that stays, above the moving part. */
  #keep(line: string): void {
    const spinning = this.#spinner.isSpinning
    if (spinning) this.#spinner.clear()
    process.stderr.write(`${coloured(line)}\n`)
    if (spinning) this.#spinner.render()
  }

  /** Draws the moving part. */
  #show(): void {
    const paint = this.#paint
    const rows = [...this.#now]
      .slice(0, SHOWN)
      .map(([host, { text, since, detail }]) => [
        `  ${paint.bold(host.padEnd(this.#width))}`,
        text.slice(0, Math.max(20, this.#stream.columns - this.#width - 34)),
        paint.dim(detail || duration(Date.now() - since)),
      ])
    const hidden = this.#now.size - SHOWN
    const head = [
      `${this.#done} of ${count(this.#total, 'step')}`,
      duration(Date.now() - this.#began),
      this.#uploads.total(),
    ]
    this.#spinner.text = [
      head.filter((part) => part !== undefined).join(', '),
      ...columns(rows),
      ...(hidden > 0 ? [`  ${paint.dim(`and ${hidden} more`)}`] : []),
    ].join('\n')
  }
}
