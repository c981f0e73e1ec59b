import { ConvecthubError } from '../errors.ts'
import { fingerprint, type KnownHosts, keyType, knownHostsLine } from './known-hosts.ts'
import { addKnownHost } from './known-hosts-file.ts'
import type { Target } from './target.ts'

/** What ssh2 says of a failed login beside its message. */
export type LoginFault = Error & { level?: string; code?: string }

/**
 * What speaks against a host's key, by StrictHostKeyChecking; a new one that may be taken is kept in `file`. Gives
 * HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, KNOWN_HOSTS, or undefined when the key is good.
 */
export function hostKeyError(
  target: Target,
  key: Buffer,
  known: KnownHosts,
  file: string | undefined,
): ConvecthubError | undefined {
  const { host, address, port } = target
  if (target.hostKeyChecking === 'no') return undefined
  const { verdict, known: onFile } = known.check(address, port, key)
  if (verdict === 'known') return undefined
  if (verdict === 'unknown' && target.hostKeyChecking === 'accept-new' && file) {
    return addKnownHost(host, file, knownHostsLine(address, port, key))
  }
  const shown = `${keyType(key)} ${fingerprint(key)}`
  if (verdict === 'unknown') {
    return new ConvecthubError('HOST_KEY_UNKNOWN', 'unreachable', `the host key is not known: ${shown}`, {
      host,
      hint: "compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then call again with --accept-new-host-keys",
    })
  }
  const name = port === 22 ? address : `[${address}]:${port}`
  const message = `the host key is not the one on file: ${shown}`
  return new ConvecthubError('HOST_KEY_CHANGED', 'unreachable', message, {
    host,
    evidence: verdict === 'revoked' ? 'the key is marked @revoked' : `on file: ${onFile.join(', ')}`,
    hint: `another machine may be answering; if it was reinstalled: ssh-keygen -f ${file} -R '${name}'`,
  })
}

/** Why a login failed: AUTH, LOGIN_DROPPED (may be tried again) or UNREACHABLE. `methods` are those tried. */
export function loginError(target: Target, error: LoginFault, methods: readonly string[]): ConvecthubError {
  const tried = [...new Set(methods)].join(', ')
  if (error.level === 'client-authentication') {
    return refused(target, tried ? `tried ${tried}` : 'there was no key, agent or password to try')
  }
  // sshd's words when more keys were offered than MaxAuthTries allows; ssh2 gives them no code of their own
  if (/Too many authentication failures/.test(error.message)) {
    return refused(target, `tried ${tried}; more than it allows`)
  }
  const late = error.level === 'client-timeout'
  const why = late ? `no answer within ${target.connectTimeoutMs / 1000} s` : error.message
  const dropped = !late && (error.code ?? 'ECONNRESET') === 'ECONNRESET'
  const message = `${target.address}:${target.port}: ${why}`
  return new ConvecthubError(dropped ? 'LOGIN_DROPPED' : 'UNREACHABLE', 'unreachable', message, {
    host: target.host,
    cause: error,
    hint: 'is the machine on, on this network, and sshd running on that port?',
  })
}

function refused({ host, keyFile, port, user, address }: Target, why: string): ConvecthubError {
  return new ConvecthubError('AUTH', 'unreachable', `${user}@${address}:${port} was refused (${why})`, {
    host,
    hint: `try: ssh ${keyFile ? `-i ${keyFile} ` : ''}-p ${port} ${user}@${address}`,
  })
}
