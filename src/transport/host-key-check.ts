import type { Client } from 'ssh2'
import { type ConvecthubError, faultOf } from '../errors.ts'
import { type ShownKey, shownKey } from './host-certificate.ts'
import { brokenCertificate, hostKeyWarning } from './host-key-error.ts'
import type { KnownHosts } from './known-hosts.ts'
import { verifyByKey } from './ssh2-internals.ts'
import type { Target } from './target.ts'
import type { Tried } from './tried.ts'

/** Returns an error if the host's key is not acceptable. */
export type JudgeKey = (target: Target, shown: ShownKey, known: KnownHosts) => ConvecthubError | undefined

interface Judging {
  target: Target
  known: KnownHosts
  judge: JudgeKey
  /** Gets what the user should know about an accepted key. */
  tried: Tried
}

/** Checks the keys that a host shows during one connection. */
export class HostKeyCheck {
  /** Why the last key was refused. Besides those of `judge`: SSH2_CHANGED. */
  error: ConvecthubError | undefined
  readonly #judging: Judging
  #accepted: Buffer | undefined

  constructor(judging: Judging) {
    this.#judging = judging
  }

  /** Whether this key, in the SSH wire format, is accepted. `client`: the ssh2 client that verifies its signature. */
  accepts(blob: Buffer, client: Client): boolean {
    const { target, known, judge, tried } = this.#judging
    const shown = shownKey(blob)
    if (!shown) this.error = brokenCertificate(target)
    // the same key again means new session keys: not judged again, as its certificate may have expired since
    else if (!this.#accepted?.equals(blob)) {
      this.error = judge(target, shown, known)
      tried.withheld = hostKeyWarning(target, shown, known)
    }
    if (!shown || this.error) return false
    this.#accepted = blob
    try {
      if (shown.certificate) verifyByKey(client, shown.key)
    } catch (error) {
      this.error = faultOf(error)
    }
    return this.error === undefined
  }
}
