import type { EngineEvent } from '../engine/event.ts'
import { relayText, waitingText } from './style.ts'
import { UploadProgress } from './upload-progress.ts'

/** What a host is doing. */
export interface Activity {
  /** The step, or what is done instead of one. Hosts that do the same have the same text. */
  what: string
  /** Id of the step; undefined while there is none. */
  step: string | undefined
  /** Since when, Unix time in ms. */
  since: number
  /** The change that is being made. */
  change: string
  /** The last line that the host printed. */
  line: string
}

type Of<Name extends EngineEvent['event']> = Extract<EngineEvent, { event: Name }>

/** Follows the events of a run: what every host does, has done and has still to do. */
export class RunView {
  /** Unix time in ms. */
  readonly began = Date.now()
  hosts: readonly string[] = []
  readonly active = new Map<string, Activity>()
  readonly answered = new Set<string>()
  readonly failed = new Set<string>()
  /** The steps with changes that are still to do, by host. */
  readonly left = new Map<string, Set<string>>()
  readonly uploads = new UploadProgress()
  /** How many steps have changed their host. */
  done = 0
  /** How many steps there were to do, on all hosts. */
  total = 0
  /** Some step has begun: the run does more than look. */
  applying = false
  /** Whether the run makes changes, once it has begun. */
  applies = false
  /** Ctrl-C was pressed: what is under way comes to its end. */
  stopping = false
  readonly #titles = new Map<string, string>()

  title(step: string): string {
    return this.#titles.get(step) ?? step
  }

  /** How many hosts wait for their login, or for another try. */
  get queued(): number {
    return this.hosts.filter(
      (host) => !this.answered.has(host) && !this.failed.has(host) && !this.active.has(host),
    ).length
  }

  /** How many hosts have something to do, and wait for other hosts before they do it. */
  get waiting(): number {
    if (!this.applying) return 0
    return [...this.left].filter(([host, steps]) => steps.size > 0 && !this.active.has(host)).length
  }

  /** How many hosts have still to do this step. */
  leftOf(step: string): number {
    return [...this.left.values()].filter((steps) => steps.has(step)).length
  }

  on(event: EngineEvent): void {
    this.uploads.on(event)
    switch (event.event) {
      case 'run':
        this.hosts = event.hosts
        this.applies = event.applies
        for (const { id, title } of event.steps) this.#titles.set(id, title)
        break
      case 'connecting':
        this.#begin(event.host, 'Connecting')
        break
      case 'queued':
        this.active.delete(event.host)
        break
      case 'connected':
        this.active.delete(event.host)
        if (this.hosts.includes(event.host)) this.answered.add(event.host)
        break
      case 'host-failed':
        this.#fail(event)
        break
      case 'planned':
        if (event.changes.length > 0) this.#add(event)
        break
      case 'step-start':
        this.applying = true
        this.#add(event)
        this.#begin(event.host, this.title(event.step), event.step)
        break
      case 'change-start':
        this.#update(event.host, { what: this.title(event.step), change: event.change.title, line: '' })
        break
      case 'line':
        this.#update(event.host, { line: event.line })
        break
      case 'waiting':
        this.#update(event.host, { what: capital(waitingText(event)), change: '', line: '' })
        break
      case 'relay':
        this.#update(event.host, { line: relayText(event) })
        break
      case 'link-lost':
        this.#update(event.host, { what: 'Logging in again', change: '', line: '' })
        break
      case 'step':
        this.#end(event)
        break
      case 'finding':
      case 'delivery':
      case 'no-relay':
      case 'progress':
      case 'change-end':
        break
    }
  }

  #begin(host: string, what: string, step?: string): void {
    this.active.set(host, { what, step, since: Date.now(), change: '', line: '' })
  }

  #update(host: string, more: Partial<Activity>): void {
    const activity = this.active.get(host)
    if (activity) Object.assign(activity, more)
  }

  #fail({ host, error }: Of<'host-failed'>): void {
    this.active.delete(host)
    this.left.delete(host)
    if (error.code !== 'INTERRUPTED') this.failed.add(host)
  }

  #add({ host, step }: Of<'planned'> | Of<'step-start'>): void {
    const steps = this.left.get(host) ?? new Set()
    this.left.set(host, steps)
    if (steps.has(step)) return
    steps.add(step)
    this.total += 1
  }

  #end({ host, step, outcome, error }: Of<'step'>): void {
    this.active.delete(host)
    const expected = this.left.get(host)?.delete(step)
    // what another host has done meanwhile is done as well
    if (outcome === 'changed' || (expected && outcome === 'unchanged')) this.done += 1
    if (outcome === 'failed' && error?.code !== 'INTERRUPTED') this.failed.add(host)
  }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
