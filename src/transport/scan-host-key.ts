import { ConvecthubError } from '../errors.ts'
import { hostKeyPlace, type Verdict } from './known-hosts.ts'
import type { Shared } from './shared.ts'
import { sshConnect } from './ssh.ts'
import type { Target } from './target.ts'

/** A host's key, and whether known_hosts has it. */
export interface ScannedKey {
  key: Buffer
  verdict: Verdict
}

/** Fetches a host's key without logging in. Errors: those of sshConnect, except those about the key. */
export async function scanHostKey(target: Target, shared: Shared): Promise<ScannedKey> {
  let seen: ScannedKey | undefined
  try {
    const link = await sshConnect(target, shared, (_target, shown, known) => {
      seen = { key: shown.key, verdict: known.check(hostKeyPlace(target), shown).verdict }
      return new ConvecthubError('HOST_KEY_UNKNOWN', 'that was all that was wanted')
    })
    link.close()
  } catch (error) {
    if (!seen) throw error
  }
  if (!seen) throw new Error(`${target.host} showed no key`)
  return seen
}
