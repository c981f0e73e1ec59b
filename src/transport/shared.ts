import { SESSION_PLACES, type SessionPlaces } from '../layout.ts'
import type { Secret } from '../secret.ts'
import type { Question } from './auth-handler.ts'
import { JumpPool } from './jump-pool.ts'
import { type AskPassphrase, KeyRing } from './key-ring.ts'
import { type KnownHosts, knownHosts } from './known-hosts.ts'
import { readKnownHosts } from './known-hosts-file.ts'
import { expandHome, type Target } from './target.ts'

/** Has somebody answer a question that a host asks at login; undefined when nobody did. It is over with `signal`. */
export type AskQuestion = (
  question: Question & { host: string },
  signal: AbortSignal,
) => Promise<Secret | undefined>

/** What the links of one run share: keys with their passphrases, jump hosts, and known_hosts files, read once. */
export class Shared {
  readonly ring: KeyRing
  readonly jumps = new JumpPool()
  /** Who answers the questions of hosts; undefined: nobody is there. */
  question: AskQuestion | undefined
  /** Where sessions keep what they need on a host. */
  readonly places: SessionPlaces
  readonly #known = new Map<string, KnownHosts>()

  constructor(ask?: AskPassphrase, question?: AskQuestion, places: SessionPlaces = SESSION_PLACES) {
    this.ring = new KeyRing(ask)
    this.question = question
    this.places = places
  }

  /** What is on file of host keys. Error: KNOWN_HOSTS. */
  known({ host, knownHostsFiles }: Target): KnownHosts {
    const name = knownHostsFiles.join('\n')
    const known =
      this.#known.get(name) ??
      knownHosts(knownHostsFiles.map((file) => readKnownHosts(host, expandHome(file))).join('\n'))
    this.#known.set(name, known)
    return known
  }
}
