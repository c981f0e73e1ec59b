import { SESSION_PLACES, type SessionPlaces } from '../layout.ts'
import type { Secret } from '../secret.ts'
import type { Question } from './auth-handler.ts'
import { JumpPool } from './jump-pool.ts'
import { type AskPassphrase, KeyRing } from './key-ring.ts'
import { type KnownHosts, knownHosts } from './known-hosts.ts'
import { readKnownHosts } from './known-hosts-file.ts'
import { expandHome, type Target } from './target.ts'

/** Asks the user a question of a host's login. Undefined when there is no answer. `signal` withdraws the question. */
export type AskQuestion = (
  question: Question & { host: string },
  signal: AbortSignal,
) => Promise<Secret | undefined>

/** What all connections of a run share: keys and their passphrases, links to jump hosts, and known_hosts files. */
export class Shared {
  readonly ring: KeyRing
  readonly jumps = new JumpPool()
  /** Asks the user what a host asks; undefined when there is nobody to ask. */
  question: AskQuestion | undefined
  /** Aborted when the run is stopped, which ends the logins under way. */
  signal: AbortSignal | undefined
  /** The folders that sessions use on a host. */
  readonly places: SessionPlaces
  readonly #known = new Map<string, KnownHosts>()

  constructor(ask?: AskPassphrase, question?: AskQuestion, places: SessionPlaces = SESSION_PLACES) {
    this.ring = new KeyRing(ask)
    this.question = question
    this.places = places
  }

  /** The target's known_hosts files, each read once per run. Error: KNOWN_HOSTS. */
  known({ host, knownHostsFiles }: Target): KnownHosts {
    const name = knownHostsFiles.join('\n')
    const known =
      this.#known.get(name) ??
      knownHosts(knownHostsFiles.map((file) => readKnownHosts(host, expandHome(file))).join('\n'))
    this.#known.set(name, known)
    return known
  }
}
