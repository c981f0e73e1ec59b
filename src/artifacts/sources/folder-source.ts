import { createReadStream, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { systemReason } from '../../system-error.ts'
import { interrupted } from './http-exchange.ts'
import { PartFile } from './part-file.ts'
import type { Following, Source, SourceFile } from './source.ts'

/** How much to read at once, bytes. */
const CHUNK = 1024 * 1024

/** The files in a folder of this computer, such as a USB stick. Error: BUNDLE_SOURCE for what cannot be read. */
export class FolderSource implements Source {
  readonly place: string

  constructor(path: string) {
    this.place = resolve(path)
  }

  async list(): Promise<readonly SourceFile[]> {
    const names = this.#reading('', () => readdirSync(this.place, { recursive: true, encoding: 'utf8' }))
    return names.flatMap((name) => {
      const { isFile, size, changed } = this.#reading(name, () => {
        const stat = statSync(join(this.place, name))
        return { isFile: stat.isFile(), size: stat.size, changed: stat.mtimeMs }
      })
      return isFile ? [{ name: name.replaceAll(sep, '/'), size, changed }] : []
    })
  }

  async read(name: string): Promise<Buffer | undefined> {
    const found = this.#reading('', () => statSync(join(this.place, name), { throwIfNoEntry: false }))
    return found && this.#reading(name, () => readFileSync(this.#within(name)))
  }

  async fetch({ name, sha256 }: SourceFile, path: string, { onBytes, signal }: Following = {}) {
    const from = this.#reading(name, () => this.#within(name))
    const part = await PartFile.open(path, false, onBytes)
    try {
      const chunks = createReadStream(from, { highWaterMark: CHUNK, ...(signal && { signal }) })
      try {
        for await (const chunk of chunks) await part.write(chunk)
      } catch (cause) {
        if (signal?.aborted) throw interrupted(signal)
        if (cause instanceof ConvecthubError) throw cause
        throw this.#problem(name, systemReason(cause), cause)
      }
      if (sha256 !== undefined && part.sha256 !== sha256) {
        const found = part.sha256
        await part.restart()
        throw new ConvecthubError(
          'DOWNLOAD_DIGEST',
          `${from} has the sha256 ${found}; expected is ${sha256}`,
          {
            hint: 'its copy there is damaged or was replaced: copy it there again',
          },
        )
      }
      await part.finish()
      return { size: part.size, sha256: part.sha256 }
    } finally {
      await part.close()
    }
  }

  /** The path of a file. Refuses links out of the folder, because a bundle is sent to every machine. */
  #within(name: string): string {
    const path = join(this.place, name)
    const real = realpathSync(path)
    if (real.startsWith(`${realpathSync(this.place)}${sep}`)) return path
    throw this.#problem(name, `it is a link out of the folder, to ${real}`)
  }

  #reading<T>(name: string, work: () => T): T {
    try {
      return work()
    } catch (cause) {
      throw cause instanceof ConvecthubError ? cause : this.#problem(name, systemReason(cause), cause)
    }
  }

  #problem(name: string, reason: string, cause?: unknown): ConvecthubError {
    return new ConvecthubError('BUNDLE_SOURCE', `cannot copy from ${join(this.place, name)}: ${reason}`, {
      cause,
      hint: 'check the path, and whether you may read it',
    })
  }
}
