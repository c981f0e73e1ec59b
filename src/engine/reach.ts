import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import { jobs } from '../facts/jobs.ts'
import type { Connection } from '../transport/connection.ts'
import { awaitJobs } from './jobs.ts'
import { probe } from './probe.ts'
import type { RunOptions } from './run-options.ts'

/** How long a host whose link broke may be away before it is given up, ms. */
const AWAY_MS = 120_000

/** How often a host may be lost while it answers: one that always goes away would be waited for without end. */
const ABSENCES = 10

/** What says that nobody answers now, or a host that goes down; all else will not change by asking again. */
const AWAY = new Set(['UNREACHABLE', 'LOGIN_DROPPED', 'LOGIN_CLOSED', 'LOST', 'TIMEOUT'])

/** A host that answered, and what it said. */
export interface Reached {
  connection: Connection
  facts: Facts
}

/**
 * Logs in to a host and asks it; when it is to be changed, what an earlier run or a broken link left running is awaited
 * first. A host that was there before (`back`), or that is lost while it answers, may be away for a while. Errors:
 * those of the login and the probe.
 */
export async function reach(
  host: ClusterHost,
  wanted: readonly Fact<unknown>[],
  options: RunOptions,
  { back }: { back: boolean },
): Promise<Reached> {
  let lost = 0
  let until = back ? Date.now() + AWAY_MS : 0
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    let connection: Connection | undefined
    try {
      connection = await options.connect(host)
      const facts = await ask(connection, wanted, options, back)
      return { connection, facts }
    } catch (error) {
      connection?.close()
      const away = error instanceof ConvecthubError && AWAY.has(error.code)
      if (!away || options.signal.aborted) throw error
      // it was there, so this is another absence
      if (error.code === 'LOST') {
        lost += 1
        until = Date.now() + AWAY_MS
      }
      if (Date.now() > until || lost > ABSENCES) throw error
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: options.signal }).catch(() => {})
    }
  }
}

async function ask(
  connection: Connection,
  wanted: readonly Fact<unknown>[],
  { apply, recipe, emit, signal }: RunOptions,
  back: boolean,
): Promise<Facts> {
  const first = await probe(connection, wanted, signal)
  // it is part of what this run would find half done; one that may be ended is looked at when its step's turn has come
  const ends = (name: string) => !back && recipe.some((step) => step.ends?.includes(name))
  const going = first.get(jobs).filter(({ name }) => !ends(name))
  const waited = apply && (await awaitJobs(connection, going, emit, signal))
  return waited ? probe(connection, wanted, signal) : first
}
