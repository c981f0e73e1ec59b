import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Artifact, artifactSchema } from '../bundle-lock.ts'

/**
 * What a pull has finished, in a file with a line of JSON for each: what a pull that was cut off has done counts in the
 * next one. `wanted` says what is pulled; the journal of another pull counts no longer.
 */
export class PullJournal {
  readonly #path: string
  readonly #done = new Map<string, Artifact>()

  constructor(path: string, wanted: string) {
    this.#path = path
    const head = JSON.stringify({ wanted })
    const [first, ...lines] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
    if (first !== head) writeFileSync(path, `${head}\n`)
    else for (const line of lines) this.#read(line)
    // a line that was cut off must not run into the next one
    if (first === head) appendFileSync(path, '\n')
  }

  get(name: string): Artifact | undefined {
    return this.#done.get(name)
  }

  add(artifact: Artifact): void {
    appendFileSync(this.#path, `${JSON.stringify(artifact)}\n`)
    this.#done.set(artifact.name, artifact)
  }

  /** What turned out to be wrong is fetched again. */
  forget(name: string): void {
    if (!this.#done.delete(name)) return
    appendFileSync(this.#path, `${JSON.stringify({ forgotten: name })}\n`)
  }

  /** Passes over what was cut off when it was written. */
  #read(line: string): void {
    try {
      const written = JSON.parse(line)
      if (typeof written.forgotten === 'string') return void this.#done.delete(written.forgotten)
      const artifact = artifactSchema.parse(written)
      this.#done.set(artifact.name, artifact)
    } catch {
      // that file is looked for or fetched again
    }
  }
}
