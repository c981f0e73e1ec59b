import type { ChalkInstance } from 'chalk'
import type { EngineEvent } from '../engine/event.ts'
import type { ConvecthubError } from '../errors.ts'
import { hostNames } from './host-names.ts'
import type { RunView } from './run-view.ts'
import { count, duration, relayText, waitingText } from './style.ts'

/** Something to tell about one or more hosts. */
export interface LogLine {
  kind: 'done' | 'note' | 'warning' | 'stopped' | 'error' | 'output'
  host: string
  text: string
}

export interface RunLogOptions {
  view: RunView
  paint: ChalkInstance
  /** 0 to 3. From 1 on also each change and what the hosts print. */
  verbose: number
  /** Tell the end of a step once for all hosts, after the last one has ended it. */
  together: () => boolean
  print(line: LogLine): void
}

/** The same said of several hosts. */
interface Gathered {
  kind: LogLine['kind']
  step: string
  text: string
  hosts: string[]
  /** How long it took at most, and where. */
  slowest: { host: string; ms: number } | undefined
}

/** The permanent lines of a run. What has been told of a host is not told again. */
export class RunLog {
  readonly #options: RunLogOptions
  /** Hosts that are out of the run, and their errors. */
  readonly #told = new Set<string>()
  readonly #gathered = new Map<string, Gathered>()

  constructor(options: RunLogOptions) {
    this.#options = options
  }

  on(event: EngineEvent): void {
    switch (event.event) {
      case 'finding':
        if (event.finding.level === 'warning')
          this.#print('warning', hostNames(event.hosts), `${event.finding.message}; ${event.finding.hint}`)
        break
      case 'connected':
        this.#output(event.host, `connected in ${duration(event.ms)}, ${event.os}`)
        break
      case 'host-failed':
        this.#error(event.host, event.error)
        break
      case 'step-start':
        this.#output(event.host, this.#options.view.title(event.step))
        break
      case 'change-start':
        this.#output(event.host, `  ${event.change.sign} ${event.change.title}`)
        break
      case 'line':
        this.#output(event.host, `  | ${event.line}`)
        break
      case 'waiting':
        this.#print('note', event.host, waitingText(event))
        break
      case 'relay':
        if (event.state === 'failed') this.#print('note', event.host, relayText(event))
        else this.#output(event.host, `  ${relayText(event)}`)
        break
      case 'no-relay':
        this.#print('note', event.host, `cannot serve files to other hosts: ${event.why}`)
        break
      case 'link-lost':
        this.#print('note', event.host, `${event.error.message}; logging in again`)
        break
      case 'step':
        this.#step(event)
        if (!this.#options.view.stopping && this.#options.view.leftOf(event.step) === 0)
          this.#release(event.step)
        break
      case 'run':
      case 'connecting':
      case 'queued':
      case 'planned':
      case 'delivery':
      case 'progress':
      case 'change-end':
        break
    }
  }

  /** Prints what was kept so far. */
  flush(): void {
    this.#release()
  }

  #step({ host, step, outcome, ms, blockedBy, error }: Extract<EngineEvent, { event: 'step' }>): void {
    const title = this.#options.view.title(step)
    if (outcome === 'changed') this.#gather({ kind: 'done', step, text: `${title}: done in` }, host, ms)
    if (outcome === 'failed' && error?.details.step === step) this.#error(host, error)
    // what follows on this host is blocked for the same reason
    if (outcome !== 'blocked' || this.#told.has(host)) return
    this.#told.add(host)
    this.#gather({ kind: 'stopped', step, text: `${title}: blocked by ${blockedBy}` }, host)
  }

  #error(host: string, error: ConvecthubError): void {
    const { step, hint } = error.details
    const key = `${host}: ${error.message}`
    if (this.#told.has(key)) return
    this.#told.add(host).add(key)
    // the login is no step of the recipe
    const title = step === 'connect' ? undefined : step && this.#options.view.title(step)
    // the report at the end tells evidence and what to do, once for all hosts; a look ends soon
    if (!this.#options.view.applies) return
    if (error.code !== 'INTERRUPTED')
      this.#print('error', host, title ? `${title}: ${error.message}` : error.message)
    else if (step !== undefined && title !== undefined)
      this.#gather({ kind: 'stopped', step, text: `${title}: ${error.message}; ${hint}` }, host)
  }

  /** Prints it for this host, or keeps it until it can be told for all hosts. */
  #gather(what: Pick<Gathered, 'kind' | 'step' | 'text'>, host: string, ms?: number): void {
    const key = `${what.step} ${what.text}`
    const gathered = this.#gathered.get(key) ?? { ...what, hosts: [], slowest: undefined }
    this.#gathered.set(key, gathered)
    gathered.hosts.push(host)
    if (ms !== undefined && ms >= (gathered.slowest?.ms ?? 0)) gathered.slowest = { host, ms }
    // many hosts are stopped at the same moment
    if (!this.#options.together() && !this.#options.view.stopping) this.#release(what.step)
  }

  /** Prints what was kept of a step, or of all steps. */
  #release(step?: string): void {
    for (const [key, { kind, text, hosts, slowest, ...what }] of this.#gathered) {
      if (step !== undefined && what.step !== step) continue
      this.#gathered.delete(key)
      const many = hosts.length > 3
      const most = many ? ` at most (${slowest?.host})` : ''
      this.#print(
        kind,
        many ? count(hosts.length, 'host') : hosts.join(', '),
        slowest ? `${text} ${duration(slowest.ms)}${most}` : text,
      )
    }
  }

  #output(host: string, text: string): void {
    if (this.#options.verbose > 0) this.#print('output', host, text)
  }

  #print(kind: LogLine['kind'], host: string, text: string): void {
    this.#options.print({ kind, host, text })
  }
}
