import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'

/** Lists the keys in an SSH agent. Empty when there is no agent or it does not answer. */
export async function agentKeys(socket: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve) =>
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      const parsed = (error || !keys ? [] : keys).map((key) => ssh2.utils.parseKey(key as Buffer))
      resolve(parsed.flatMap((key) => (key instanceof Error ? [] : key)))
    }),
  )
}

/** An agent that offers only the given keys and signs with the real agent behind the socket. */
export class AgentPart extends ssh2.BaseAgent {
  readonly #socket: string
  readonly #keys: readonly ParsedKey[]

  constructor(socket: string, keys: readonly ParsedKey[]) {
    super()
    this.#socket = socket
    this.#keys = keys
  }

  getIdentities(done: IdentityCallback): void {
    done(undefined, [...this.#keys])
  }

  sign(
    key: ParsedKey | Buffer | string,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const agent = ssh2.createAgent(this.#socket)
    if (typeof options === 'function') agent.sign(key, data, options)
    else agent.sign(key, data, options, done)
  }
}

export function sameKey(a: ParsedKey, b: ParsedKey): boolean {
  return a.getPublicSSH().equals(b.getPublicSSH())
}
