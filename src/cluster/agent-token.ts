import { scryptSync } from 'node:crypto'
import { Secret } from '../secret.ts'

const known = new WeakMap<Secret, Secret>()

/**
 * The secret that agents join with. It is derived from the cluster's token, but does not reveal it: the token itself
 * decrypts the cluster's data and lets servers join. Derived by scrypt (RFC 7914), since the token may be a guessable
 * word. Takes about 50 ms, cached per token.
 */
export function agentToken(token: Secret): Secret {
  const made =
    known.get(token) ?? new Secret(scryptSync(token.reveal(), 'convecthub agent token', 24).toString('hex'))
  known.set(token, made)
  return made
}
