import type { EngineEvent } from '../engine/event.ts'
import { bytes, duration } from './style.ts'

/** One file on its way to one host. Times in ms, sizes in bytes. */
interface Upload {
  since: number
  /** What had already arrived before this run. */
  from: number
  sent: number
  total: number
}

/** Follows the events of a run and describes the progress of its uploads. */
export class UploadProgress {
  readonly #now: () => number
  readonly #current = new Map<string, Upload>()
  /** What is to be sent, and what has arrived, by "host step", bytes. */
  readonly #steps = new Map<string, { planned: number; done: number }>()
  #moved = 0
  #since: number | undefined

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  on(event: EngineEvent): void {
    if (event.event === 'planned') {
      const sizes = event.changes.map((change) => (change.kind === 'upload' ? change.artifact.size : 0))
      const planned = sizes.reduce((sum, size) => sum + size, 0)
      if (planned > 0) this.#steps.set(`${event.host} ${event.step}`, { planned, done: 0 })
    } else if (event.event === 'progress') {
      const { host, sent, total } = event
      this.#since ??= this.#now()
      const known = this.#current.get(host)
      if (known && known.total === total && known.sent <= sent) {
        this.#moved += sent - known.sent
        known.sent = sent
      } else this.#current.set(host, { since: this.#now(), from: sent, sent, total })
    } else if (event.event === 'change-end' && event.change.kind === 'upload') {
      this.#current.delete(event.host)
      const step = this.#steps.get(`${event.host} ${event.step}`)
      if (step) step.done += event.change.artifact.size
    } else if (event.event === 'step') {
      this.#current.delete(event.host)
      // what has not arrived by now will not
      const step = this.#steps.get(`${event.host} ${event.step}`)
      if (step) step.planned = step.done
    }
  }

  /** "1.2 GB of 3.4 GB, 110 MB/s, 20 s left" for the upload to a host; undefined when there is none. */
  ofHost(host: string): string | undefined {
    const upload = this.#current.get(host)
    if (!upload) return undefined
    const { since, from, sent, total } = upload
    return text(sent, total, sent - from, this.#now() - since)
  }

  /** The same for all uploads to all hosts; undefined when nothing is left to send. */
  total(): string | undefined {
    if (this.#since === undefined) return undefined
    const steps = [...this.#steps.values()]
    const planned = steps.reduce((sum, step) => sum + step.planned, 0)
    const done = steps.reduce((sum, step) => sum + step.done, 0)
    const sent = [...this.#current.values()].reduce((sum, upload) => sum + upload.sent, done)
    if (sent >= planned) return undefined
    return text(sent, planned, this.#moved, this.#now() - this.#since)
  }
}

function text(sent: number, total: number, moved: number, ms: number): string {
  const speed = (moved / Math.max(1, ms)) * 1000
  const left = speed > 0 ? `, ${bytes(speed)}/s, ${duration(((total - sent) / speed) * 1000)} left` : ''
  return `${bytes(sent)} of ${bytes(total)}${left}`
}
