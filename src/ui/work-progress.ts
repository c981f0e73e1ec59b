import type { WorkEvent } from '../artifacts/work-event.ts'
import { bytes, count, duration } from './style.ts'

/** The rate is that of so long, ms: it follows the line, and what earlier work has left soon counts no more. */
const WINDOW_MS = 15_000

/** A file that is not there yet. */
interface Open {
  /** When it began; undefined while it waits for its turn. */
  since?: number
  /** Bytes. */
  done: number
  size?: number
}

/** Follows work on files, and describes how far it is. */
export class WorkProgress {
  readonly #now: () => number
  readonly #open = new Map<string, Open>()
  /** How many bytes had arrived at which time; the first is the last before the window. */
  readonly #samples: { at: number; moved: number }[] = []
  #moved = 0
  #wanted: { count: number; all: boolean; size?: number } = { count: 0, all: false }
  #there = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  on(event: WorkEvent): void {
    if (event.event === 'wanted') this.#wanted = event
    else if (event.event === 'begin' || event.event === 'fetch') {
      this.#file(event.name).since = this.#now()
      if (this.#samples.length === 0) this.#sample()
    } else if (event.event === 'size') this.#file(event.name).size = event.size
    else if (event.event === 'done' || event.event === 'fetched') {
      this.#there += 1
      this.#open.delete(event.name)
    } else if (event.event === 'bytes') {
      this.#file(event.name).done += event.count
      this.#moved += event.count
      this.#sample()
    }
  }

  /** "3 of 17 files"; undefined before it is known how many there will be. */
  files(): string | undefined {
    if (this.#wanted.count === 0) return undefined
    return `${this.#there} of ${count(this.#wanted.count, 'file')}`
  }

  /** "3 of 17 files, 312 MB of 1.2 GB, 45 MB/s, 20 s left", as far as sizes are known. */
  total(): string {
    const rate = this.#rate()
    const left = this.#left()
    return [
      this.files() ?? 'looking for what is there',
      left === undefined ? bytes(this.#moved) : `${bytes(this.#moved)} of ${bytes(this.#moved + left)}`,
      ...(rate > 0 ? [`${bytes(rate)}/s`] : []),
      ...(rate > 0 && left ? [`${duration((left / rate) * 1000)} left`] : []),
    ].join(', ')
  }

  /** What is being fetched, the longest first: "k3s: 12 MB of 74 MB, 3.1 s". */
  active(): string[] {
    return [...this.#open].flatMap(([name, { since, done, size }]) => {
      const part = size === undefined ? bytes(done) : `${bytes(done)} of ${bytes(size)}`
      return since === undefined ? [] : [`${name}: ${part}, ${duration(this.#now() - since)}`]
    })
  }

  #file(name: string): Open {
    const file = this.#open.get(name) ?? { done: 0 }
    this.#open.set(name, file)
    return file
  }

  #sample(): void {
    const at = this.#now()
    this.#samples.push({ at, moved: this.#moved })
    while ((this.#samples[1]?.at ?? at) < at - WINDOW_MS) this.#samples.shift()
  }

  /** Bytes that are missing; undefined while the size of some file is not known. */
  #left(): number | undefined {
    const { size } = this.#wanted
    if (size !== undefined) return size - this.#moved
    const files = [...this.#open.values()]
    if (!this.#wanted.all || files.length < this.#wanted.count - this.#there) return undefined
    return files.reduce<number | undefined>(
      (sum, { size, done }) => (sum === undefined || size === undefined ? undefined : sum + size - done),
      0,
    )
  }

  /** Bytes a second. */
  #rate(): number {
    const [first] = this.#samples
    const ms = this.#now() - (first?.at ?? 0)
    return first && ms > 0 ? ((this.#moved - first.moved) / ms) * 1000 : 0
  }
}
