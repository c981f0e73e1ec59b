import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import { type Fact, type Facts, laterFacts } from '../facts/fact.ts'
import { jobs } from '../facts/jobs.ts'
import { system } from '../facts/system.ts'
import type { Connection } from '../transport/connection.ts'
import { atHost } from './at-host.ts'
import { interrupted } from './interrupted.ts'
import { awaitJobs } from './jobs.ts'
import { probe } from './probe.ts'
import type { RunOptions } from './run-options.ts'

/** How long a host whose link broke may be away before it is given up, ms. */
const AWAY_MS = 120_000

/** How often a host may be lost while it answers: one that always goes away would be waited for without end. */
const ABSENCES = 10

/** Broken links that one step may see. */
const BREAKS = 30

/** What says that nobody answers now, or a host that goes down; all else will not change by asking again. */
const AWAY = new Set(['UNREACHABLE', 'LOGIN_DROPPED', 'LOGIN_CLOSED', 'LOST', 'LOGIN_TIMEOUT', 'TIMEOUT'])

/** What a host needs of a run. */
type HostOptions = Pick<RunOptions, 'recipe' | 'connect' | 'apply' | 'emit' | 'signal'>

/** A host in a run: the connection to it, and what it answered last. */
export class HostRun {
  readonly host: ClusterHost
  /** Undefined until it has answered. */
  facts: Facts | undefined
  /** Why nothing can be done on it. */
  error: ConvecthubError | undefined
  connection: Connection | undefined
  readonly #wanted: readonly Fact<unknown>[]
  readonly #options: HostOptions

  /** `wanted`: all that the run may want to know of it. */
  constructor(host: ClusterHost, wanted: readonly Fact<unknown>[], options: HostOptions) {
    this.host = host
    this.#wanted = [system, jobs, ...wanted]
    this.#options = options
  }

  /** Logs in and asks all. A host that cannot be asked fails by itself: `error` says why, and the run goes on. */
  async connect(): Promise<void> {
    const { emit, signal } = this.#options
    const { name } = this.host
    const began = Date.now()
    try {
      const facts = await this.#reach({ back: false })
      emit({ event: 'connected', host: name, ms: Date.now() - began, os: facts.get(system).os.name })
    } catch (error) {
      this.fail(signal.aborted ? interrupted(name, 'connect', undefined) : atHost(error, name, 'connect'))
    }
  }

  /** Takes it out of the run. */
  fail(error: ConvecthubError): void {
    this.error = error
    this.#options.emit({ event: 'host-failed', host: this.host.name, error })
  }

  /** Takes newer answers to some of the facts. */
  learn(facts: Facts): void {
    this.facts = this.facts ? laterFacts(this.facts, facts) : facts
  }

  /**
   * Does a step's work, and again from what is so by then whenever the link broke: logged in anew, jobs that went on
   * awaited, all facts asked again. Errors: those of `work`, and of the login when the host does not come back.
   */
  async withLink<T>(step: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const { emit, signal } = this.#options
    for (let breaks = 0; ; breaks++) {
      if (!this.connection) throw new Error(`there is no connection to ${this.host.name}`)
      try {
        return await work(this.connection)
      } catch (error) {
        const broken = error instanceof ConvecthubError && error.code === 'LOST'
        if (!broken || breaks === BREAKS || signal.aborted) throw error
        emit({ event: 'link-lost', host: this.host.name, step, error })
        this.connection.close()
        await this.#reach({ back: true })
      }
    }
  }

  close(): void {
    this.connection?.close()
  }

  /** A host that was there before (`back`), or that is lost while it answers, may be away for a while. */
  async #reach({ back }: { back: boolean }): Promise<Facts> {
    const { connect, signal } = this.#options
    let lost = 0
    let until = back ? Date.now() + AWAY_MS : 0
    for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
      let connection: Connection | undefined
      try {
        connection = await connect(this.host)
        const facts = await this.#ask(connection, back)
        this.connection = connection
        this.facts = facts
        return facts
      } catch (error) {
        connection?.close()
        const away = error instanceof ConvecthubError && AWAY.has(error.code)
        if (!away || signal.aborted) throw error
        // it was there, so this is another absence
        if (error.code === 'LOST') {
          lost += 1
          until = Date.now() + AWAY_MS
        }
        if (Date.now() > until || lost > ABSENCES) throw error
        await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {})
      }
    }
  }

  /** Where the host is to be changed, what an earlier run or a broken link left running is awaited first. */
  async #ask(connection: Connection, back: boolean): Promise<Facts> {
    const { apply, recipe, emit, signal } = this.#options
    const first = await probe(connection, this.#wanted, signal)
    // it is part of what this run would find half done; one that may be ended is looked at when its step's turn has come
    const ends = (name: string) => !back && recipe.some((step) => step.ends?.includes(name))
    const going = first.get(jobs).filter(({ name }) => !ends(name))
    const waited = apply && (await awaitJobs(connection, going, emit, signal))
    return waited ? probe(connection, this.#wanted, signal) : first
  }
}
