import * as fs from 'node:fs'
import { promisify } from 'node:util'

// node:fs/promises takes longer to load than all else here
const open = promisify(fs.open)
const read = promisify(fs.read)
const close = promisify(fs.close)

/** What is read at once, bytes: each read is a way to another thread and back. */
const CHUNK = 1024 * 1024

/** Chunks that are kept, one ahead of the first reader and the rest for those behind it. */
const KEPT = 3

/** A reader that took nothing for so long holds up nobody, ms. */
const STALLED_MS = 2000

/** Reads a file from `offset` on; `read` gives at most `most` bytes, none at its end, to be used until the next one. */
export interface Reader {
  read(most: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** What many may read at once. */
export interface Readable {
  /** The caller has to close it. */
  reader(offset?: number): Reader
}

interface Place {
  chunk: number
  since: number
}

/**
 * A file that many hosts read at about the same time: each chunk is read once and kept while others may still want it.
 * Who is first waits for the others, unless one stalls; who comes late reads for itself.
 */
export class SharedFile implements Readable {
  readonly #path: string
  readonly #kept = new Map<number, Promise<Uint8Array>>()
  readonly #places = new Set<Place>()
  /** Memory that is used again: made anew for each chunk it would keep the garbage collector busy. */
  readonly #spare: ArrayBufferLike[] = []
  #file: Promise<number> | undefined
  #wake: (() => void)[] = []

  constructor(path: string) {
    this.#path = path
  }

  reader(offset = 0): Reader {
    let at = offset
    const place = { chunk: Math.floor(at / CHUNK), since: Date.now() }
    this.#places.add(place)
    return {
      read: async (most) => {
        place.chunk = Math.floor(at / CHUNK)
        place.since = Date.now()
        for (const wake of this.#wake.splice(0)) wake()
        const chunk = await this.#chunk(place)
        const piece = chunk.subarray(at % CHUNK, (at % CHUNK) + most)
        at += piece.length
        return piece
      },
      close: async () => {
        this.#places.delete(place)
        for (const wake of this.#wake.splice(0)) wake()
        if (this.#places.size > 0) return
        const file = await this.#file?.catch(() => undefined)
        this.#kept.clear()
        this.#spare.length = 0
        this.#file = undefined
        if (file !== undefined) await close(file)
      },
    }
  }

  async #chunk(place: Place): Promise<Uint8Array> {
    const { chunk } = place
    while (!this.#kept.has(chunk) && this.#ahead(chunk)) await this.#step()
    const wanted = this.#kept.get(chunk) ?? this.#begin(chunk)
    // while this one is on its way
    if (!this.#kept.has(chunk + 1) && !this.#ahead(chunk + 1)) this.#begin(chunk + 1).catch(() => {})
    return wanted
  }

  #begin(chunk: number): Promise<Uint8Array> {
    const reading = this.#load(chunk)
    this.#kept.set(chunk, reading)
    for (const [old, data] of this.#kept) {
      if (this.#kept.size <= KEPT) break
      this.#kept.delete(old)
      data.then(({ buffer }) => this.#reuse(old, buffer)).catch(() => {})
    }
    return reading
  }

  /** Takes back the memory of a chunk that no reader can ask for any more, unless one still uses it. */
  #reuse(chunk: number, memory: ArrayBufferLike): void {
    if (![...this.#places].some((place) => place.chunk === chunk)) this.#spare.push(memory)
  }

  /** Whether reading on would throw away what a reader that is not stalled still wants. */
  #ahead(chunk: number): boolean {
    const now = Date.now()
    return [...this.#places].some(
      (other) => other.chunk <= chunk - KEPT && this.#kept.has(other.chunk) && now - other.since < STALLED_MS,
    )
  }

  /** Settles when some reader has moved, or one may have stalled. */
  #step(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, STALLED_MS / 4)
      this.#wake.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  async #load(chunk: number): Promise<Uint8Array> {
    this.#file ??= open(this.#path, 'r')
    const file = await this.#file
    const buffer = Buffer.from(this.#spare.pop() ?? new ArrayBuffer(CHUNK))
    let size = 0
    while (size < CHUNK) {
      const { bytesRead } = await read(file, buffer, size, CHUNK - size, chunk * CHUNK + size)
      if (bytesRead === 0) break
      size += bytesRead
    }
    return buffer.subarray(0, size)
  }
}
