import { existsSync } from 'node:fs'
import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2'
import type { ConvecthubError } from '../errors.ts'
import { AgentPart, sameKey } from './agent.ts'
import { DEFAULT_KEYS, type KeyRing, keyEncrypted, publicKey } from './key-ring.ts'
import { expandHome, type Target } from './target.ts'

/** A way to log in, and the file of its key where it has one. */
export interface Attempt {
  method: AnyAuthMethod
  file?: string
}

/**
 * Lists the ways to log in, in the order of ssh(1): configured keys (signed by the agent if it has them), the agent's
 * other keys, ssh's default key files, the password. Errors: KEY_FILE, KEY_ENCRYPTED.
 */
export async function attempts(target: Target, ring: KeyRing): Promise<Attempt[]> {
  const { agent: socket, user: username } = target
  const held = socket ? await ring.agent(socket) : []
  const attempts: Attempt[] = []
  const used: ParsedKey[] = []
  const offer = (key: ParsedKey, file?: string) => {
    const inAgent = socket && held.find((other) => sameKey(other, key))
    used.push(key)
    const method: AnyAuthMethod = inAgent
      ? { type: 'agent', username, agent: new AgentPart(socket, [inAgent]) }
      : { type: 'publickey', username, key }
    attempts.push({ method, ...(file !== undefined && { file }) })
  }
  let locked: ConvecthubError | undefined
  for (const path of target.keyFiles) {
    const half = held.length > 0 ? publicKey(path) : undefined
    const key = half && held.some((other) => sameKey(other, half)) ? half : await ring.key(path)
    if (key) offer(key, path)
    else locked = keyEncrypted(path)
  }
  const others = target.identitiesOnly ? [] : held.filter((key) => !used.some((each) => sameKey(each, key)))
  for (const key of others) offer(key)
  if (target.keyFiles.length === 0) {
    for (const path of DEFAULT_KEYS.filter((path) => existsSync(expandHome(path)))) {
      // The user did not name this file: ignore errors, and ask for its passphrase only if there is no other way in.
      const key = await ring
        .key(path, { ask: attempts.length === 0 && !target.password })
        .catch(() => undefined)
      if (key && !used.some((each) => sameKey(each, key))) offer(key, path)
    }
  }
  if (target.password)
    attempts.push({ method: { type: 'password', username, password: target.password.reveal() } })
  if (attempts.length === 0 && locked) throw locked
  return attempts.filter(({ method }) => allowed(target.methods, method.type))
}

/** Whether the user's configuration allows this method. */
export function allowed(methods: Target['methods'], type: AuthenticationType): boolean {
  return methods === undefined || takes(methods as readonly AuthenticationType[], type)
}

/** Whether the host accepts this method. A password also counts where the host asks questions. */
export function takes(left: readonly AuthenticationType[], type: AuthenticationType): boolean {
  if (type === 'agent') return left.includes('publickey')
  return left.includes(type) || (type === 'password' && left.includes('keyboard-interactive'))
}
