import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import type { Connection } from '../transport/connection.ts'
import { factsOf } from './fleet.ts'
import { reach } from './reach.ts'
import type { Fleet, RunOptions } from './run-options.ts'

/** Broken links that one step may see. */
const BREAKS = 30

/**
 * Does a step's work on a host, and again from what is so by then whenever the link broke: logged in anew, jobs that
 * went on awaited, all facts asked again. Errors: those of `work`, and of the login when the host does not come back.
 */
export async function withLink<T>(
  host: ClusterHost,
  step: string,
  fleet: Fleet,
  options: RunOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  for (let breaks = 0; ; breaks++) {
    const connection = fleet.connections.get(host.name)
    if (!connection) throw new Error(`there is no connection to ${host.name}`)
    try {
      return await work(connection)
    } catch (error) {
      const broken = error instanceof ConvecthubError && error.code === 'LOST'
      if (!broken || breaks === BREAKS || options.signal.aborted) throw error
      options.emit({ event: 'link-lost', host: host.name, step, error })
      connection.close()
      const again = await reach(host, factsOf(host, options), options, { back: true })
      fleet.connections.set(host.name, again.connection)
      fleet.facts.set(host.name, again.facts)
    }
  }
}
