import type { Origin } from '../errors.ts'
import { expandAt } from './expand-at.ts'
import type { SshConfigQuery } from './ssh-config-query.ts'
import { parseJump } from './ssh-jumps.ts'
import type { SshOptions } from './ssh-options.ts'
import { connectionTokens } from './ssh-tokens.ts'

/** The default of PreferredAuthentications in OpenSSH, in order. */
const METHODS = ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive', 'password']

/** Options that were needed only while reading the files, or whose effect is in another option of the result. */
const INTERMEDIATE: ReadonlySet<string> = new Set<keyof SshOptions>([
  ...(['hostName', 'ignoreUnknown', 'settled'] as const),
  ...(['passwordAuthentication', 'kbdInteractiveAuthentication', 'pubkeyAuthentication'] as const),
])

interface Connection {
  query: SshConfigQuery
  /** The machine that ssh connects to. */
  hostName: string
  /** True if a HostName was set, even if it equals the host. */
  hasHostName: boolean
  origins: ReadonlyMap<string, Origin>
}

/**
 * Prepares the merged options for use: expands tokens, `~` and variables, removes disabled methods from
 * preferredAuthentications, and converts hostKeyAlias to lower case. Errors: those of expandAt().
 */
export function finishSshOptions(
  options: SshOptions,
  { query, hostName, hasHostName, origins }: Connection,
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
      jump: parseJump(options.proxyJump?.at(-1) ?? '')?.name ?? '',
    })
  // A user from the inventory is taken literally. In files, User may contain all tokens but those that depend on it.
  const { r: _user, C: _hash, ...withoutUser } = tokensFor('')
  const { keyFiles, knownHostsFiles, globalKnownHostsFiles, identityAgent } = options
  const user = given?.user ?? (options.user && expandAt(options.user, withoutUser, { origins, env }))
  const tokens = tokensFor(user ?? local.user)
  const path = (text: string) => expandAt(text, tokens, { origins, env, home })
  const methods = allowedMethods(options)
  // Next to a ProxyCommand there can only be `ProxyJump none`, which has no effect then.
  const dropped = options.proxyCommand === undefined ? INTERMEDIATE : new Set([...INTERMEDIATE, 'proxyJump'])
  return {
    ...Object.fromEntries(Object.entries(options).filter(([field]) => !dropped.has(field))),
    ...(hasHostName && { hostName }),
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

/** Expands IdentityAgent. `$NAME` is its older syntax for a variable; if that is not set, no agent is used. */
function agentSocket(
  text: string,
  env: SshConfigQuery['local']['env'],
  path: (text: string) => string,
): string {
  if (text === 'none' || text === 'SSH_AUTH_SOCK') return text
  return /^\$[^{]/.test(text) ? (env[text.slice(1)] ?? 'none') : path(text)
}

/** The authentication methods in order, without disabled ones. Undefined if no option limits them. */
function allowedMethods(options: SshOptions): readonly string[] | undefined {
  const off = [
    ...(options.pubkeyAuthentication === false ? ['publickey'] : []),
    ...(options.kbdInteractiveAuthentication === false ? ['keyboard-interactive'] : []),
    ...(options.passwordAuthentication === false ? ['password'] : []),
  ]
  const methods = options.preferredAuthentications ?? (off.length > 0 ? METHODS : undefined)
  return methods?.filter((method) => !off.includes(method))
}
