import { createHash } from 'node:crypto'
import type { LocalSide } from './local-side.ts'

/** The names of a connection that tokens stand for. */
export interface SshConnectionNames {
  /** The host as passed to ssh. */
  host: string
  /** The machine to connect to: HostName, or else the host. */
  remote: string
  port: number
  user: string
  keyAlias: string | undefined
  /** The host of ProxyJump's last hop, without user and port. */
  jump: string
}

/** The value of each token. Source: TOKENS in ssh_config(5). */
export type SshTokens = Readonly<Record<string, string | (() => string)>>

/** The tokens that depend only on the local user and machine. */
export function localTokens({ user, uid, home, hostName }: LocalSide): SshTokens {
  return { '%': '%', L: hostName.replace(/\..*$/s, ''), d: home, i: String(uid), l: hostName, u: user }
}

/** The tokens of IdentityFile, IdentityAgent and UserKnownHostsFile. */
export function connectionTokens(local: LocalSide, names: SshConnectionNames): SshTokens {
  const { host, remote, user, keyAlias, jump } = names
  const port = String(names.port)
  return {
    ...localTokens(local),
    // Computed on demand, since hashing is slow and the token is rare.
    C: () => createHash('sha1').update([local.hostName, remote, port, user, jump].join('')).digest('hex'),
    h: remote,
    j: jump,
    k: keyAlias ?? host,
    n: host,
    p: port,
    r: user,
  }
}

/**
 * Expands the tokens of a text and, if `env` is given, its `${VARIABLES}`. Throws a SyntaxError where ssh itself stops:
 * at a token that is not allowed here, or a variable that is not set.
 */
export function expandSshTokens(text: string, tokens: SshTokens, env?: LocalSide['env']): string {
  return text.replace(
    env ? /%(.?)|\$\{([^}]*)(\}?)/gs : /%(.?)/gs,
    (_all, token?: string, name?: string, end?: string) => {
      if (token !== undefined) {
        if (!Object.hasOwn(tokens, token)) throw new SyntaxError(`the token %${token} means nothing here`)
        const value = tokens[token] ?? ''
        return typeof value === 'string' ? value : value()
      }
      if (!end) throw new SyntaxError('a ${ is not closed')
      const value = env?.[name ?? '']
      if (value === undefined) throw new SyntaxError(`the variable ${name} is not set`)
      return value
    },
  )
}

/** Expands `~` and `~/x`. Throws a SyntaxError for `~user`, the home folder of another user. */
export function expandTilde(path: string, home: string): string {
  if (!path.startsWith('~')) return path
  const [, other, rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(path) ?? []
  if (other) throw new SyntaxError(`the home folder of ${other} is not looked up`)
  return `${home.replace(/\/$/, '')}/${rest}`
}
