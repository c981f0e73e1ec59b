import type { RelayKey } from '../engine/relay.ts'
import { Secret } from '../secret.ts'
import { generateKey } from '../transport/generate-key.ts'

/** Makes the key with which the hosts of one run fetch files from each other. */
export function relayKey(): RelayKey {
  const { private: secret, public: line } = generateKey('convecthub-relay')
  return { private: new Secret(secret.trim()), public: line }
}
