import { existsSync, readFileSync } from 'node:fs'
import ssh2, { type ParsedKey } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { agentKeys } from './agent.ts'
import { type KeyFile, parsePrivateKey, readKeyFile } from './private-key.ts'
import { expandHome } from './target.ts'

/** Asks for the passphrase of a key file. Undefined when there is nobody to ask, or no answer. */
export type AskPassphrase = (path: string) => Promise<Secret | undefined>

/** How often to ask for a passphrase, as ssh does. Unlike a password, a wrong one locks nothing. */
const TRIES = 3

/** The key files that ssh tries by default, in its order. */
export const DEFAULT_KEYS = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']

/** The private keys of a run. Each file is read once, and its passphrase asked for once, for all hosts. */
export class KeyRing {
  readonly #ask: AskPassphrase
  readonly #files = new Map<string, Promise<KeyFile>>()
  readonly #opened = new Map<string, Promise<ParsedKey | undefined>>()
  readonly #agents = new Map<string, Promise<readonly ParsedKey[]>>()
  /** Queues the questions, so that only one is open at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(ask: AskPassphrase = async () => undefined) {
    this.#ask = ask
  }

  /** The keys in the agent behind a socket. */
  agent(socket: string): Promise<readonly ParsedKey[]> {
    return once(this.#agents, socket, () => agentKeys(socket))
  }

  /**
   * The key in a file; undefined when its passphrase is not known. Errors: that of readKeyFile, KEY_ENCRYPTED when
   * every passphrase was wrong.
   */
  async key(path: string, { ask } = { ask: true }): Promise<ParsedKey | undefined> {
    const { text, key } = await once(this.#files, path, async () => readKeyFile(path))
    if (key) return key
    return ask || this.#opened.has(path) ? once(this.#opened, path, () => this.#open(path, text)) : undefined
  }

  #open(path: string, text: Buffer): Promise<ParsedKey | undefined> {
    const asked = this.#turn.then(async () => {
      for (let left = TRIES; left > 0; left--) {
        const passphrase = await this.#ask(path)
        if (!passphrase) return undefined
        const opened = parsePrivateKey(text, passphrase)
        if ('key' in opened) return opened.key
      }
      throw keyEncrypted(path, 'the passphrase was not right')
    })
    this.#turn = asked.catch(() => {})
    return asked
  }
}

function once<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(name) ?? make()
  known.set(name, value)
  return value
}

/** Fails on a key file that cannot be used, without asking for its passphrase. Error: that of readKeyFile. */
export function checkKeyFile(path: string): void {
  readKeyFile(path)
}

/** Reads the `.pub` file next to a key file, if there is one. It is enough to find the key in an agent. */
export function publicKey(path: string): ParsedKey | undefined {
  const file = `${expandHome(path)}.pub`
  if (!existsSync(file)) return undefined
  const parsed = ssh2.utils.parseKey(readFileSync(file))
  return parsed instanceof Error ? undefined : Array.isArray(parsed) ? parsed[0] : parsed
}

/** The error for a key that cannot be used without its passphrase: KEY_ENCRYPTED. */
export function keyEncrypted(path: string, why = 'it has a passphrase, and nobody gave it'): ConvecthubError {
  return new ConvecthubError('KEY_ENCRYPTED', `the private key ${path} cannot be used: ${why}`, {
    hint: `answer the question for it, or load it into an agent: ssh-add ${path}`,
  })
}
