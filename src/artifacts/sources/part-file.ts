import { createHash, type Hash } from 'node:crypto'
import { constants, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { systemProblem } from '../../system-error.ts'

/** How much to read at once, bytes. */
const CHUNK = 1024 * 1024

/**
 * A file while it is received: `${path}.part` until `finish` renames it. Its sha256 is computed on the way. Error:
 * LOCAL_IO where this computer cannot read or write it.
 */
export class PartFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #hear: (count: number) => void
  #hash: Hash = createHash('sha256')
  #size = 0
  #isFinished = false

  private constructor(path: string, file: FileHandle, hear: (count: number) => void) {
    this.#path = path
    this.#file = file
    this.#hear = hear
  }

  /** Opens it, with its folder. `keep` reads what an earlier call has left, else that is dropped. */
  static open(path: string, keep: boolean, hear: (count: number) => void = () => {}): Promise<PartFile> {
    return local(`${path}.part`, async () => {
      await mkdir(dirname(path), { recursive: true })
      const { O_CREAT, O_RDWR, O_TRUNC } = constants
      const flags = O_CREAT | O_RDWR | (keep ? 0 : O_TRUNC)
      const part = new PartFile(path, await open(`${path}.part`, flags), hear)
      if (keep) await part.#read()
      return part
    })
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size
  }

  /** sha256 of the bytes that are there, in lower-case hex. */
  get sha256(): string {
    return this.#hash.copy().digest('hex')
  }

  write(chunk: Uint8Array): Promise<void> {
    return local(`${this.#path}.part`, async () => {
      for (let done = 0; done < chunk.length; )
        done += (await this.#file.write(chunk, done, chunk.length - done, this.#size + done)).bytesWritten
      this.#add(chunk)
    })
  }

  /** Drops the bytes that are there. */
  restart(): Promise<void> {
    return local(`${this.#path}.part`, async () => {
      if (this.#size === 0) return
      await this.#file.truncate()
      this.#hear(-this.#size)
      this.#hash = createHash('sha256')
      this.#size = 0
    })
  }

  /** Gives the file its final name, after it has reached the disk. */
  finish(): Promise<void> {
    return local(this.#path, async () => {
      await this.#file.sync()
      await rename(`${this.#path}.part`, this.#path)
      this.#isFinished = true
    })
  }

  /** Closes it. Without `finish` it stays for the next call, but an empty one is removed. */
  async close(): Promise<void> {
    await this.#file.close()
    if (this.#isFinished) return
    this.#hear(-this.#size)
    if (this.#size === 0) await rm(`${this.#path}.part`, { force: true })
  }

  async #read(): Promise<void> {
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK, this.#size)
      if (bytesRead === 0) return
      this.#add(buffer.subarray(0, bytesRead))
    }
  }

  #add(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#size += chunk.length
    this.#hear(chunk.length)
  }
}

/** Calls of the operating system on a handle do not name the file. */
async function local<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const problem = systemProblem({ path, ...Object(cause) })
    if (!problem) throw cause
    throw new ConvecthubError('LOCAL_IO', problem.message, { cause, hint: problem.hint })
  }
}
