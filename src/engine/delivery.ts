/** How others fetch files from a host: where its sshd for that listens, and the key of that sshd. */
export interface Door {
  host: string
  address: string
  port: number
  /** As in known_hosts, without a name: `ssh-ed25519 AAAA…`. */
  hostKey: string
}

/** How a turn ended: `broken` when that says nothing about the source, such as a lost connection. */
export type TurnEnd = 'arrived' | 'failed' | 'wrong' | 'broken'

/** Permission to fetch or send a file now. */
export interface Turn {
  /** The host to fetch it from; undefined when this computer sends it. */
  from: Door | undefined
  /** Must be called once. `wrong`: the source sent other bytes. */
  end(how: TurnEnd): void
}

/** A turn without others to think of. */
export const ALONE: Turn = { from: undefined, end: () => {} }

/**
 * How many hosts fetch from one host at a time. With more, a file would not reach all of them any sooner where the link
 * is the limit; with one, all would wait for a slow one.
 */
const GUESTS = 2

/** A host that failed so often to fetch something gets all else from this computer. */
const HOST_FAILURES = 2

/** After so many failures and no success, hosts seem not to reach each other: this computer sends everything. */
const RUN_FAILURES = 3

/**
 * Decides where each host gets each file from. This computer sends a file to one host; that one serves it to others,
 * and so do these. Nobody is asked twice for what failed. Pure: it neither connects nor reads.
 */
export class Delivery {
  /** By sha256 of a file, the hosts that do not have it yet. Files that are not here come from this computer. */
  readonly #wanted: ReadonlyMap<string, Set<string>>
  /** By sha256, the hosts that are receiving it. */
  readonly #receiving = new Map<string, Set<string>>()
  /** By sha256, the hosts that serve it. */
  readonly #serving = new Map<string, Set<string>>()
  readonly #doors = new Map<string, Door>()
  /** Hosts that cannot serve, or sent something else. */
  readonly #useless = new Set<string>()
  readonly #guests = new Map<string, number>()
  /** `from to` of what failed. */
  readonly #refused = new Set<string>()
  readonly #failures = new Map<string, number>()
  #succeeded = false
  readonly #signal: AbortSignal
  #waiting: (() => void)[] = []

  /** `wanted`: by sha256, the hosts that want it. `signal` ends all waits. */
  constructor(wanted: ReadonlyMap<string, Iterable<string>>, signal: AbortSignal) {
    this.#wanted = new Map([...wanted].map(([sha256, hosts]) => [sha256, new Set(hosts)]))
    this.#signal = signal
    signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** Whether this file may go from host to host. */
  relays(sha256: string): boolean {
    return this.#wanted.has(sha256)
  }

  /** Whether hosts that nobody sends the file to yet could get it from this one. */
  needs(host: string, sha256: string): boolean {
    if (this.#useless.has(host) || this.#off()) return false
    const receiving = of(this.#receiving, sha256)
    return [...of(this.#wanted, sha256)].some((other) => other !== host && !receiving.has(other))
  }

  /** Whether every host has what it wanted, or is out of the run. */
  get over(): boolean {
    return [...this.#wanted.values()].every((hosts) => hosts.size === 0)
  }

  /** A host has opened its door; undefined when it cannot. */
  opened(host: string, door: Door | undefined): void {
    if (door) this.#doors.set(host, door)
    else this.#useless.add(host)
    this.#wake()
  }

  /** A host's door is closed from now on. Returns whether it was open. */
  shut(host: string): boolean {
    for (const hosts of this.#serving.values()) hosts.delete(host)
    return this.#doors.delete(host)
  }

  /** A host has the file, checked, and lets others read it. */
  serves(host: string, sha256: string): void {
    if (this.#doors.has(host)) add(this.#serving, sha256, host)
    this.#wake()
  }

  /** A host wants nothing any more. */
  leave(host: string): void {
    for (const hosts of this.#wanted.values()) hosts.delete(host)
    this.#wake()
  }

  /** Waits until a host can get the file. `onWait` hears of each host that it waits for. */
  async turn(host: string, sha256: string, onWait: (host: string) => void): Promise<Turn> {
    for (let told: string | undefined; ; ) {
      const { from, waitFor } = this.#choose(host, sha256)
      if (waitFor === undefined) return this.#begin(host, sha256, from)
      if (waitFor !== told) onWait(waitFor)
      told = waitFor
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #choose(host: string, sha256: string): { from?: Door; waitFor?: string } {
    const alone =
      !of(this.#wanted, sha256).has(host) ||
      this.#signal.aborted ||
      this.#off() ||
      (this.#failures.get(host) ?? 0) >= HOST_FAILURES
    if (alone) return {}
    const may = (other: string) => !this.#useless.has(other) && !this.#refused.has(`${other} ${host}`)
    const sources = [...of(this.#serving, sha256)].filter(may)
    const [best] = sources.toSorted((a, b) => this.#guestsOf(a) - this.#guestsOf(b))
    const from = best !== undefined && this.#guestsOf(best) < GUESTS ? this.#doors.get(best) : undefined
    if (from) return { from }
    const waitFor = best ?? [...of(this.#receiving, sha256)].find(may)
    return waitFor === undefined ? {} : { waitFor }
  }

  #begin(host: string, sha256: string, from: Door | undefined): Turn {
    add(this.#receiving, sha256, host)
    if (from) this.#guests.set(from.host, this.#guestsOf(from.host) + 1)
    const end = (how: TurnEnd) => {
      of(this.#receiving, sha256).delete(host)
      if (from) this.#guests.set(from.host, this.#guestsOf(from.host) - 1)
      if (how === 'arrived') of(this.#wanted, sha256).delete(host)
      if (from && how === 'arrived') this.#succeeded = true
      if (from && (how === 'failed' || how === 'wrong')) {
        this.#refused.add(`${from.host} ${host}`)
        this.#failures.set(host, (this.#failures.get(host) ?? 0) + 1)
      }
      if (from && how === 'wrong') this.#useless.add(from.host)
      this.#wake()
    }
    return { from, end }
  }

  #guestsOf(host: string): number {
    return this.#guests.get(host) ?? 0
  }

  #off(): boolean {
    return !this.#succeeded && this.#refused.size >= RUN_FAILURES
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function of(map: ReadonlyMap<string, Set<string>>, key: string): Set<string> {
  return map.get(key) ?? new Set()
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value))
}
