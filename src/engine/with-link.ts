import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import type { Connection } from '../transport/connection.ts'
import { factsOf, probeHost } from './fleet.ts'
import type { Fleet, RunOptions } from './run-options.ts'

/** How long a host may be away before its step is given up, ms. */
const AWAY_MS = 120_000

/** Broken links that one step may see. */
const BREAKS = 30

/** What says that nobody answers now; all else will not change by asking again. */
const AWAY = new Set(['UNREACHABLE', 'LOGIN_DROPPED', 'LOST', 'TIMEOUT'])

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
      await comeBack(host, fleet, options)
    }
  }
}

async function comeBack(host: ClusterHost, fleet: Fleet, options: RunOptions): Promise<void> {
  const until = Date.now() + AWAY_MS
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    try {
      fleet.connections.get(host.name)?.close()
      const connection = await options.connect(host)
      fleet.connections.set(host.name, connection)
      fleet.facts.set(host.name, await probeHost(connection, factsOf(host, options), options))
      return
    } catch (error) {
      const away = error instanceof ConvecthubError && AWAY.has(error.code)
      if (!away || Date.now() > until || options.signal.aborted) throw error
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: options.signal }).catch(() => {})
    }
  }
}
