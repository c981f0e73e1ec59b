import type { EngineEvent } from '../engine/event.ts'
import { readCurrent } from '../engine/read-current.ts'
import { ConvecthubError } from '../errors.ts'
import type { Connection } from '../transport/connection.ts'
import { type Delivery, planLines } from '../ui/plan-lines.ts'
import { style } from '../ui/style.ts'

/** What a run plans, collected from its events. With `diff` it also reads the files that would change. */
export class Planned {
  readonly #events: Extract<EngineEvent, { event: 'planned' }>[] = []
  #delivery: Delivery | undefined
  readonly #diff: boolean
  /** Current texts of files, by "host path"; undefined where it could not be read. */
  readonly #current = new Map<string, string | undefined>()

  constructor(diff: boolean) {
    this.#diff = diff
  }

  on(event: EngineEvent): void {
    if (event.event === 'planned' && event.changes.length > 0) this.#events.push(event)
    if (event.event === 'delivery') this.#delivery = event
  }

  /** Reads the current texts of the files that would change, with --diff. A host that breaks off does not end the run. */
  async read(connections: ReadonlyMap<string, Connection>): Promise<void> {
    if (!this.#diff) return
    await Promise.all(
      [...connections].map(async ([host, connection]) => {
        const paths = this.#paths(host)
        const texts = await readCurrent(connection, paths).catch(noTexts)
        for (const path of paths) this.#current.set(`${host} ${path}`, texts.get(path))
      }),
    )
  }

  /** The plan for people. */
  lines(color: boolean): string[] {
    return planLines(this.#events, {
      current: this.#diff ? this.#current : undefined,
      delivery: this.#delivery,
      paint: style(process.stdout, color),
    })
  }

  #paths(host: string): string[] {
    const changes = this.#events.filter((event) => event.host === host).flatMap((event) => event.changes)
    return changes.flatMap((change) => (change.kind === 'file' && change.sign === '~' ? change.path : []))
  }
}

function noTexts(error: unknown): Map<string, string> {
  if (error instanceof ConvecthubError) return new Map()
  throw error
}
