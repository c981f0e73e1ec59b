import { type FileHandle, open } from 'node:fs/promises'

/** How much to read at once, bytes. Large, because every read goes to another thread and back. */
const CHUNK = 1024 * 1024

/** How many chunks to keep in memory: one ahead of the first reader, the rest for the readers behind it. */
const KEPT = 3

/** The others stop waiting for a reader that has read nothing for this long, ms. */
const STALLED_MS = 2000

/** Reads a file from `offset` on. */
export interface Reader {
  /** Returns at most `most` bytes, and none at the end of the file. */
  read(most: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** A source that several readers may read at the same time. */
export interface Readable {
  /** The caller must close the reader. */
  reader(offset?: number): Reader
}

interface Place {
  chunk: number
  since: number
}

/**
 * A file that is uploaded to many hosts at about the same time. Each chunk is read once and kept for slower readers.
 * The first reader waits for the others unless they stall; a reader that starts late reads its chunks again.
 */
export class SharedFile implements Readable {
  readonly #path: string
  readonly #kept = new Map<number, Promise<Uint8Array>>()
  readonly #places = new Set<Place>()
  #file: Promise<FileHandle> | undefined
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
        this.#file = undefined
        await file?.close()
      },
    }
  }

  async #chunk(place: Place): Promise<Uint8Array> {
    const { chunk } = place
    while (!this.#kept.has(chunk) && this.#isTooFarAhead(chunk)) await this.#waitForReaders()
    const wanted = this.#kept.get(chunk) ?? this.#begin(chunk)
    // read ahead while the caller sends this chunk
    if (!this.#kept.has(chunk + 1) && !this.#isTooFarAhead(chunk + 1)) this.#begin(chunk + 1).catch(() => {})
    return wanted
  }

  #begin(chunk: number): Promise<Uint8Array> {
    const reading = this.#load(chunk)
    this.#kept.set(chunk, reading)
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break
      this.#kept.delete(old)
    }
    return reading
  }

  /** Whether loading this chunk would drop one that a reader still needs. Stalled readers do not count. */
  #isTooFarAhead(chunk: number): boolean {
    const now = Date.now()
    return [...this.#places].some(
      (other) => other.chunk <= chunk - KEPT && this.#kept.has(other.chunk) && now - other.since < STALLED_MS,
    )
  }

  /** Waits until a reader moves or may have stalled. */
  #waitForReaders(): Promise<void> {
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
    const buffer = Buffer.allocUnsafe(CHUNK)
    let size = 0
    while (size < CHUNK) {
      const { bytesRead } = await file.read(buffer, size, CHUNK - size, chunk * CHUNK + size)
      if (bytesRead === 0) break
      size += bytesRead
    }
    return buffer.subarray(0, size)
  }
}
