import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { partName } from './parts-of.ts'

/** What waits in memory for a slow disk at most, bytes: progress would else run ahead, and the end take minutes. */
const UNSYNCED = 64 * 1024 * 1024

/** Writes a stream to a file, or to several of a limited size: NAME.001, NAME.002, … Each gets its name when all are complete. */
export class PartWriter {
  readonly #out: string
  readonly #limit: number | undefined
  readonly #parts: string[] = []
  #file: FileHandle | undefined
  /** Bytes in the current part, in all, and since the last sync. */
  #written = 0
  #size = 0
  #unsynced = 0

  /** `limit` in bytes; without it there is one file, `out` itself. */
  constructor(out: string, limit: number | undefined) {
    this.#out = out
    this.#limit = limit
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let left = chunk; left.length > 0; ) {
      if (!this.#file || this.#written === this.#limit) await this.#begin()
      const piece = left.subarray(0, this.#limit === undefined ? left.length : this.#limit - this.#written)
      await this.#file?.writeFile(piece)
      this.#written += piece.length
      this.#size += piece.length
      this.#unsynced += piece.length
      if (this.#unsynced >= UNSYNCED) await this.#sync()
      left = left.subarray(piece.length)
    }
  }

  /** Names the files. Returns their names, and their size in bytes. */
  async finish(): Promise<{ parts: string[]; size: number }> {
    await this.#end()
    for (const part of this.#parts) await rename(unfinished(part), part)
    return { parts: this.#parts, size: this.#size }
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await this.#file?.close().catch(() => {})
    for (const part of this.#parts) await rm(unfinished(part), { force: true })
  }

  async #begin(): Promise<void> {
    await this.#end()
    const part = this.#limit === undefined ? this.#out : partName(this.#out, this.#parts.length + 1)
    this.#file = await open(unfinished(part), 'w')
    this.#parts.push(part)
    this.#written = 0
  }

  async #end(): Promise<void> {
    await this.#sync()
    await this.#file?.close()
    this.#file = undefined
  }

  async #sync(): Promise<void> {
    await this.#file?.datasync()
    this.#unsynced = 0
  }
}

function unfinished(part: string): string {
  return `${part}.part`
}
