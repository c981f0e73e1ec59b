import ora, { type Ora } from 'ora'
import type { EngineEvent } from '../engine/event.ts'
import { formatError } from './format-error.ts'
import { hostNames } from './host-names.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { coloured, columns, count, duration, style, waitingText } from './style.ts'
import { UploadProgress } from './upload-progress.ts'

/** What a host is doing. `since`: Unix time, ms. */
interface Activity {
  text: string
  since: number
  detail: string
}

/** The most hosts shown in the live part; further ones are only counted. */
const SHOWN = 12

/** The stream with a usable width: terminals of cron, serial consoles and some CI have 0 columns. */
function withColumns(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, { columns: { get: () => stream.columns || 80 } })
}

type Finished = Extract<EngineEvent, { event: 'step' }>

/** Prints a line for each finished step, and below these a live view of what every host is doing. */
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
  /** What each host is doing. */
  readonly #active = new Map<string, Activity>()
  /** Width of the column of host names, characters. */
  #width = 0
  /** Steps with changes to make. */
  #total = 0
  /** How many of these are done. */
  #done = 0
  #began = Date.now()

  constructor(options: RendererOptions) {
    this.#options = options
    this.#paint = style(process.stderr, options.color)
    this.#spinner = ora({ stream: this.#stream, discardStdin: false })
    this.#tick = setInterval(() => this.#redraw(), 200).unref()
  }

  on(event: EngineEvent): void {
    this.#uploads.on(event)
    switch (event.event) {
      case 'run':
        this.#start(event)
        break
      case 'connected':
        this.#active.delete(event.host)
        break
      case 'host-failed':
        this.#active.delete(event.host)
        this.#print(formatError(event.error, this.#paint))
        break
      case 'finding':
        this.#finding(event)
        break
      case 'planned':
        if (event.changes.length > 0) this.#total += 1
        break
      case 'step-start':
        this.#setActivity(event.host, this.#titles.get(event.step) ?? event.step)
        break
      case 'change-start':
        this.#setActivity(event.host, event.change.title)
        break
      case 'line':
        this.#line(event)
        break
      case 'waiting':
        this.#note(event.host, waitingText(event))
        this.#setActivity(
          event.host,
          `${event.ends ? 'ending' : 'waiting for'} the ${event.job} job of an earlier run`,
        )
        break
      case 'link-lost':
        this.#note(event.host, `${event.error.message}; logging in again`)
        this.#setActivity(event.host, 'logging in again')
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
    }
  }

  /** Pauses the live view. The returned function resumes it. */
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
    for (const host of hosts) this.#setActivity(host, 'connecting')
    if (standIn)
      this.#print(
        this.#paint.yellow('This bundle is a stand-in: nothing it installs is a real K3s or JupyterHub.'),
      )
    this.#spinner.start()
  }

  #finding({ finding, hosts }: Extract<EngineEvent, { event: 'finding' }>): void {
    const { level, message, hint } = finding
    if (level === 'warning')
      this.#print(`${this.#paint.yellow('!')} ${hostNames(hosts)}: ${message}; ${hint}`)
  }

  #line({ host, line }: Extract<EngineEvent, { event: 'line' }>): void {
    this.#detail(host, line.slice(0, 40))
    if (this.#options.verbose > 0) this.#print(this.#paint.dim(`  ${host.padEnd(this.#width)} | ${line}`))
  }

  #finish(event: Finished): void {
    this.#active.delete(event.host)
    if (event.outcome === 'unchanged' || event.outcome === 'skipped') return
    this.#done += 1
    this.#print(this.#finishedLine(event))
  }

  #finishedLine({ host, step, outcome, ms, blockedBy, error }: Finished): string {
    const paint = this.#paint
    const line = (mark: string, rest: string) =>
      `${mark} ${paint.bold(host.padEnd(this.#width))}  ${this.#titles.get(step)}  ${rest}`
    if (outcome === 'changed') return line(paint.green('✔'), paint.dim(duration(ms)))
    if (outcome === 'blocked') return line(paint.yellow('■'), paint.yellow(`blocked by ${blockedBy}`))
    return error?.details.step === step ? formatError(error, paint) : line(paint.red('✘'), '')
  }

  #setActivity(host: string, text: string): void {
    this.#active.set(host, { text, since: Date.now(), detail: '' })
  }

  #detail(host: string, detail: string): void {
    const current = this.#active.get(host)
    if (current) current.detail = detail
  }

  #note(host: string, text: string): void {
    this.#print(`${this.#paint.yellow('!')} ${this.#paint.bold(host.padEnd(this.#width))}  ${text}`)
  }

  /** Prints a permanent line above the live view. */
  #print(line: string): void {
    const spinning = this.#spinner.isSpinning
    if (spinning) this.#spinner.clear()
    process.stderr.write(`${coloured(line)}\n`)
    if (spinning) this.#spinner.render()
  }

  /** Redraws the live view. */
  #redraw(): void {
    const paint = this.#paint
    const rows = [...this.#active]
      .slice(0, SHOWN)
      .map(([host, { text, since, detail }]) => [
        `  ${paint.bold(host.padEnd(this.#width))}`,
        text.slice(0, Math.max(20, this.#stream.columns - this.#width - 34)),
        paint.dim(detail || duration(Date.now() - since)),
      ])
    const hidden = this.#active.size - SHOWN
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
