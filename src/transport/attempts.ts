import { existsSync } from 'node:fs'
import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2'
import type { ConvecthubError } from '../errors.ts'
import { AgentPart, sameKey } from './agent.ts'
import { DEFAULT_KEYS, type KeyRing, keyEncrypted, publicKey } from './key-ring.ts'
import { expandHome, type Target } from './target.ts'

/**
 * The ways to log in, in the order of ssh(1): the keys that were asked for (by the agent where it holds them), the
 * agent's other keys, ssh's own key files, the password. Errors: KEY_FILE, KEY_ENCRYPTED.
 */
export async function attempts(target: Target, ring: KeyRing): Promise<AnyAuthMethod[]> {
  const { agent: socket, user: username } = target
  const held = socket ? await ring.agent(socket) : []
  const methods: AnyAuthMethod[] = []
  const used: ParsedKey[] = []
  const offer = (key: ParsedKey) => {
    const agents = socket && held.find((each) => sameKey(each, key))
    used.push(key)
    methods.push(
      agents
        ? { type: 'agent', username, agent: new AgentPart(socket, [agents]) }
        : { type: 'publickey', username, key },
    )
  }
  let locked: ConvecthubError | undefined
  for (const path of target.keyFiles) {
    const half = held.length > 0 ? publicKey(path) : undefined
    const key = half && held.some((each) => sameKey(each, half)) ? half : await ring.key(path)
    if (key) offer(key)
    else locked = keyEncrypted(path)
  }
  const others = target.identitiesOnly ? [] : held.filter((key) => !used.some((each) => sameKey(each, key)))
  for (const key of others) offer(key)
  if (target.keyFiles.length === 0) {
    for (const path of DEFAULT_KEYS.filter((path) => existsSync(expandHome(path)))) {
      // nobody asked for it, so it is no error, and its passphrase is only asked where nothing else is left
      const key = await ring
        .key(path, { ask: methods.length === 0 && !target.password })
        .catch(() => undefined)
      if (key && !used.some((each) => sameKey(each, key))) offer(key)
    }
  }
  if (target.password) methods.push({ type: 'password', username, password: target.password.reveal() })
  if (methods.length === 0 && locked) throw locked
  return methods.filter(({ type }) => allowed(target.methods, type))
}

/** Whether the user lets a way be tried. */
export function allowed(methods: Target['methods'], type: AuthenticationType): boolean {
  return methods === undefined || takes(methods as readonly AuthenticationType[], type)
}

/** Whether a way is among those that are left; a password can answer a question. */
export function takes(left: readonly AuthenticationType[], type: AuthenticationType): boolean {
  if (type === 'agent') return left.includes('publickey')
  return left.includes(type) || (type === 'password' && left.includes('keyboard-interactive'))
}
