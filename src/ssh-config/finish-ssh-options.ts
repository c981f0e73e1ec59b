import type { Origin } from '../errors.ts'
import { expandAt } from './expand-at.ts'
import type { SshConfigQuery } from './ssh-config-query.ts'
import type { SshOptions } from './ssh-options.ts'
import { connectionTokens } from './ssh-tokens.ts'

/** ssh's own order. */
const METHODS = ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive', 'password']

/** What served the reading of lines, and is answered elsewhere or no longer of use. */
const SPENT: ReadonlySet<string> = new Set<keyof SshOptions>([
  ...(['hostName', 'ignoreUnknown', 'settled'] as const),
  ...(['passwordAuthentication', 'kbdInteractiveAuthentication', 'pubkeyAuthentication'] as const),
])

interface Reached {
  query: SshConfigQuery
  /** Where the call leads. */
  hostName: string
  /** A HostName was given. */
  said: boolean
  origins: ReadonlyMap<string, Origin>
}

/**
 * The options as they are used: tokens, `~` and variables in place, methods that are switched off taken out of
 * preferredAuthentications, a host key's alias in lower case. Errors: as expandAt().
 */
export function finishSshOptions(
  options: SshOptions,
  { query, hostName, said, origins }: Reached,
): SshOptions {
  const { local, given } = query
  const { env, home } = local
  const alias = options.hostKeyAlias?.toLowerCase()
  const tokensFor = (user: string) =>
    connectionTokens(local, {
      host: query.host,
      remote: hostName,
      port: options.port ?? 22,
      user,
      keyAlias: alias,
      jump: jumpHost(options.proxyJump),
    })
  // A user who was given outside the files is a name as it stands; one in them has no tokens of itself.
  const { r: _itself, C: _hash, ...withoutUser } = tokensFor('')
  const { keyFiles, knownHostsFiles, globalKnownHostsFiles, identityAgent } = options
  const user = given?.user ?? (options.user && expandAt(options.user, withoutUser, { origins, env }))
  const tokens = tokensFor(user ?? local.user)
  const path = (text: string) => expandAt(text, tokens, { origins, env, home })
  const methods = allowedMethods(options)
  // `ProxyJump none` has nothing to say beside a command.
  const spent = options.proxyCommand === undefined ? SPENT : new Set([...SPENT, 'proxyJump'])
  return {
    ...Object.fromEntries(Object.entries(options).filter(([field]) => !spent.has(field))),
    ...(said && { hostName }),
    ...(user !== undefined && { user }),
    ...(keyFiles && { keyFiles: keyFiles.map(path) }),
    ...(knownHostsFiles && { knownHostsFiles: knownHostsFiles.map(path) }),
    ...(globalKnownHostsFiles && {
      globalKnownHostsFiles: globalKnownHostsFiles.map((text) =>
        expandAt(text, undefined, { origins, home }),
      ),
    }),
    ...(identityAgent !== undefined && { identityAgent: agentSocket(identityAgent, env, path) }),
    ...(alias !== undefined && { hostKeyAlias: alias }),
    ...(methods && { preferredAuthentications: methods }),
  }
}

/** `$NAME` is the older way to write a variable; one that is not set means no agent. */
function agentSocket(
  text: string,
  env: SshConfigQuery['local']['env'],
  path: (text: string) => string,
): string {
  if (text === 'none' || text === 'SSH_AUTH_SOCK') return text
  return /^\$[^{]/.test(text) ? (env[text.slice(1)] ?? 'none') : path(text)
}

/** Undefined where nothing was said about it. */
function allowedMethods(options: SshOptions): readonly string[] | undefined {
  const off = [
    ...(options.pubkeyAuthentication === false ? ['publickey'] : []),
    ...(options.kbdInteractiveAuthentication === false ? ['keyboard-interactive'] : []),
    ...(options.passwordAuthentication === false ? ['password'] : []),
  ]
  const methods = options.preferredAuthentications ?? (off.length > 0 ? METHODS : undefined)
  return methods?.filter((method) => !off.includes(method))
}

/** The host of the last hop, which is what %j means. */
function jumpHost(jumps: readonly string[] = []): string {
  const last = (jumps.at(-1) ?? '').replace(/^ssh:\/\//, '').replace(/^.*@/s, '')
  return last
    .replace(/\/$/, '')
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/s, '$1')
}
