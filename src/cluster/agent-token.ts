import { scryptSync } from 'node:crypto'
import { Secret } from '../secret.ts'

const known = new WeakMap<Secret, Secret>()

/**
 * The secret with which agents join, made of the cluster's token: nobody gets from it to that one, which opens the
 * cluster's data and makes servers. By scrypt (RFC 7914), for a token may be a word; it takes some 50 ms, once a token.
 */
export function agentToken(token: Secret): Secret {
  const made =
    known.get(token) ?? new Secret(scryptSync(token.reveal(), 'convecthub agent token', 24).toString('hex'))
  known.set(token, made)
  return made
}
