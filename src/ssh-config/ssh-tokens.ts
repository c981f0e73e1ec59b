import { createHash } from 'node:crypto'
import type { LocalSide } from './local-side.ts'

/** What is known of a connection when its options are put together. */
export interface SshConnectionNames {
  /** As given to ssh. */
  host: string
  /** Where it leads: HostName, or else the host. */
  remote: string
  port: number
  user: string
  keyAlias: string | undefined
  /** The last hop's host of ProxyJump, without user and port. */
  jump: string
}

/** What each token stands for. Source: TOKENS in ssh_config(5). */
export type SshTokens = Readonly<Record<string, string | (() => string)>>

/** The tokens that depend on nothing but the machine that ssh runs on. */
export function localTokens({ user, uid, home, hostName }: LocalSide): SshTokens {
  return { '%': '%', L: hostName.replace(/\..*$/s, ''), d: home, i: String(uid), l: hostName, u: user }
}

/** The tokens of IdentityFile, IdentityAgent and UserKnownHostsFile. */
export function connectionTokens(local: LocalSide, names: SshConnectionNames): SshTokens {
  const { host, remote, user, keyAlias, jump } = names
  const port = String(names.port)
  return {
    ...localTokens(local),
    // Dear, and seldom asked for.
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
 * A text with its tokens and, where `env` is given, its `${VARIABLES}` in place. Throws a SyntaxError for what ssh
 * itself ends at: a token that it does not know there, a variable that is not set.
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

/** `~` and `~/x` with the home folder in place. Throws a SyntaxError for the home of somebody else. */
export function expandTilde(path: string, home: string): string {
  if (!path.startsWith('~')) return path
  const [, other, rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(path) ?? []
  if (other) throw new SyntaxError(`the home folder of ${other} is not looked up`)
  return `${home.replace(/\/$/, '')}/${rest}`
}
