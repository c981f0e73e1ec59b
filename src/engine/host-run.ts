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

/** How long to wait for a host that stopped answering, ms. */
const AWAY_MS = 120_000

/** How often the connection may break during the probe. Without a limit, some hosts would be retried forever. */
const ABSENCES = 10

/** How often the connection may break during one step. */
const BREAKS = 30

/**
 * Errors of a host that does not answer at the moment or is shutting down. Others would not go away on a retry, or come
 * from a host that may still be judging a password, such as PASSWORD_TIMEOUT.
 */
const AWAY = new Set(['UNREACHABLE', 'LOGIN_DROPPED', 'LOGIN_CLOSED', 'LOST', 'LOGIN_TIMEOUT', 'TIMEOUT'])

/** The same for a host that has answered before, and so has taken the password before. */
const AWAY_AGAIN = new Set([...AWAY, 'SUDO_LOST'])

/** Errors of a login that may only have come at the same time as too many others. No password was judged by then. */
const CROWDED = new Set(['LOGIN_DROPPED', 'LOGIN_TIMEOUT'])

/** The options of a run that concern a single host. */
type HostOptions = Pick<RunOptions, 'recipe' | 'connect' | 'apply' | 'emit' | 'signal'>

/** A host in a run: its connection and its latest facts. */
export class HostRun {
  readonly host: ClusterHost
  /** Undefined until the host has answered. */
  facts: Facts | undefined
  /** What went wrong on this host, in the order of events. */
  readonly errors: ConvecthubError[] = []
  /** Why the host is out of the run; undefined while it takes part. */
  gone: ConvecthubError | undefined
  connection: Connection | undefined
  /** A login took too long. */
  #late = false
  readonly #wanted: readonly Fact<unknown>[]
  readonly #options: HostOptions

  /** `wanted`: all facts of this host that the run may need. */
  constructor(host: ClusterHost, wanted: readonly Fact<unknown>[], options: HostOptions) {
    this.host = host
    this.#wanted = [system, jobs, ...wanted]
    this.#options = options
  }

  /**
   * Logs in and probes all facts. Does not reject: a failure is kept in `errors`, and the other hosts go on. Returns
   * false, and keeps no error, when fewer logins at once may help; never with `last`.
   */
  async connect({ last }: { last: boolean }): Promise<boolean> {
    const { emit, signal } = this.#options
    const { name } = this.host
    const began = Date.now()
    try {
      signal.throwIfAborted()
      emit({ event: 'connecting', host: name })
      const facts = await this.#reach({ back: false })
      emit({
        event: 'connected',
        host: name,
        ms: Date.now() - began,
        os: facts.get(system).os.name,
        sudoAsked: this.connection?.sudoAsked ?? false,
      })
    } catch (error) {
      const code = error instanceof ConvecthubError ? error.code : ''
      // each try of a silent host costs a whole deadline, so it has two
      const again = CROWDED.has(code) && !(this.#late && code === 'LOGIN_TIMEOUT')
      this.#late ||= code === 'LOGIN_TIMEOUT'
      if (again && !last && !signal.aborted) {
        emit({ event: 'queued', host: name })
        return false
      }
      this.fail(signal.aborted ? interrupted(name, 'connect', undefined) : atHost(error, name, 'connect'))
    }
    return true
  }

  /** Takes the host out of the run. */
  fail(error: ConvecthubError): void {
    this.gone = error
    this.errors.push(error)
    this.#options.emit({ event: 'host-failed', host: this.host.name, error })
  }

  /** Takes the host out of the run because of what a check found. */
  refuse(error: ConvecthubError): void {
    this.gone ??= error
    this.errors.push(error)
  }

  /** Replaces the facts that were probed again and keeps the others. */
  learn(facts: Facts): void {
    this.facts = this.facts ? laterFacts(this.facts, facts) : facts
  }

  /**
   * Does a step's work. When the connection breaks, logs in again, waits for jobs that kept running, probes all facts
   * and starts `work` over. Errors: those of `work`, and of the login when the host does not come back.
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

  /** Connects and probes. Retries for a while when the host has answered before (`back`) or breaks off the probe. */
  async #reach({ back }: { back: boolean }): Promise<Facts> {
    const { connect, emit, signal } = this.#options
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
        const away = error instanceof ConvecthubError && (back ? AWAY_AGAIN : AWAY).has(error.code)
        if (!away || signal.aborted) throw error
        // the host had answered, so the wait starts over
        if (error.code === 'LOST' || error.code === 'SUDO_LOST') {
          lost += 1
          until = Date.now() + AWAY_MS
        }
        if (Date.now() > until || lost > ABSENCES) throw error
        // such as a machine that dies while a job of an earlier run is waited for
        if (connection && !back) emit({ event: 'link-lost', host: this.host.name, step: 'connect', error })
        await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {})
      }
    }
  }

  /** Probes the facts. A run that makes changes then waits for jobs that are still running, and probes again. */
  async #ask(connection: Connection, back: boolean): Promise<Facts> {
    const { apply, recipe, emit, signal } = this.#options
    const first = await probe(connection, this.#wanted, signal)
    // a running job's work is half done, so wait; but a step decides about the jobs of an earlier run that it may stop
    const ends = (name: string) => !back && recipe.some((step) => step.ends?.includes(name))
    const running = first.get(jobs).filter(({ name }) => !ends(name))
    const waited = apply && (await awaitJobs(connection, running, emit, signal))
    return waited ? probe(connection, this.#wanted, signal) : first
  }
}
