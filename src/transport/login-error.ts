import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import type { Tried } from './attempts.ts'
import type { ShownKey } from './host-certificate.ts'
import { fingerprint, hostKeyPlace, type KnownHosts, keyType, knownHostsLine } from './known-hosts.ts'
import { addKnownHost } from './known-hosts-file.ts'
import { expandHome, type Target } from './target.ts'

/** What ssh2 says of a failed login beside its message. */
export type LoginFault = Error & { level?: string; code?: string }

/**
 * What speaks against a host's key, by StrictHostKeyChecking; a new one that may be taken is kept in the first file. With
 * `no` nothing does, but a new key is kept as well, as in ssh, so that another one later is known for what it is. Gives
 * HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_CERTIFICATE, KNOWN_HOSTS, or undefined when the key is good.
 */
export function hostKeyError(
  target: Target,
  shown: ShownKey,
  known: KnownHosts,
): ConvecthubError | undefined {
  const { host, hostKeyChecking } = target
  const place = hostKeyPlace(target)
  const { key } = shown
  const { verdict, evidence } = known.check(place, shown, target.algorithms.caSignature)
  if (hostKeyChecking === 'no') {
    // one that cannot be written is no reason for ssh to stay away either
    if (verdict === 'unknown') keepHostKey(target, key, known)
    return undefined
  }
  if (verdict === 'known') return undefined
  if (verdict === 'unknown' && hostKeyChecking === 'accept-new') return keepHostKey(target, key, known)
  const details = { host, ...(evidence !== undefined && { evidence }) }
  const what = `${keyType(key)} ${fingerprint(key)}`
  if (verdict === 'unknown') {
    const enroll = 'convecthub ping --enroll, which asks once for all (in scripts: --accept-new-host-keys)'
    return new ConvecthubError('HOST_KEY_UNKNOWN', 'unreachable', `the host key is not known: ${what}`, {
      ...details,
      hint: `compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then: ${enroll}`,
    })
  }
  if (verdict === 'uncertified') {
    const message = `the certificate of the host key is not good: ${what}`
    return new ConvecthubError('HOST_CERTIFICATE', 'unreachable', message, {
      ...details,
      hint: 'have the @cert-authority on file certify it anew, and see that the clock here is right',
    })
  }
  const message = `the host key is not the one on file: ${what}`
  return new ConvecthubError('HOST_KEY_CHANGED', 'unreachable', message, {
    ...details,
    hint: forgetKey(target),
  })
}

function forgetKey(target: Target): string {
  const [file = '~/.ssh/known_hosts'] = target.knownHostsFiles
  const [name] = hostKeyPlace(target).names
  return `another machine may be answering; if it was reinstalled: ssh-keygen -f ${file} -R '${name}'`
}

/** A host shows a certificate that ends too early. Gives HOST_CERTIFICATE. */
export function brokenCertificate({ host }: Target): ConvecthubError {
  return new ConvecthubError(
    'HOST_CERTIFICATE',
    'unreachable',
    'the certificate of the host key is cut short',
    {
      host,
      hint: 'have the host key certified anew, or take HostCertificate out of its sshd_config',
    },
  )
}

/**
 * Why a host whose key is not looked at gets no password, as in ssh, nor one for sudo; undefined: it does. Evidence and
 * hint for the error of who would have needed one.
 */
export function hostKeyWarning(target: Target, shown: ShownKey, known: KnownHosts): ErrorDetails | undefined {
  if (target.hostKeyChecking !== 'no') return undefined
  const { verdict, evidence = '' } = known.check(hostKeyPlace(target), shown, target.algorithms.caSignature)
  if (verdict !== 'changed' && verdict !== 'revoked') return undefined
  return {
    evidence: `the host key is not good, so no password was sent: ${evidence}`,
    hint: forgetKey(target),
  }
}

/** Writes a new key to the first known_hosts file. Gives KNOWN_HOSTS when that cannot be done. */
export function keepHostKey(target: Target, key: Buffer, known: KnownHosts): ConvecthubError | undefined {
  const [file] = target.knownHostsFiles
  const line = knownHostsLine(hostKeyPlace(target).names[0], key)
  const error = file === undefined ? undefined : addKnownHost(target.host, expandHome(file), line)
  if (!error) known.add(line)
  return error
}

/**
 * Why a login failed: AUTH, NO_COMMON_ALGORITHM, LOGIN_DROPPED (may be tried again) or UNREACHABLE. `said` are words of
 * a ProxyCommand.
 */
export function loginError(
  target: Target,
  error: LoginFault,
  { methods, taken, question, withheld }: Tried,
  said = '',
): ConvecthubError {
  const tried = [...new Set(methods)].join(', ')
  const details = {
    host: target.host,
    ...(question && { evidence: `it asks: ${question}` }),
    ...withheld,
  }
  if (error.level === 'client-authentication') {
    const wanted = taken.length > 0 ? `; it takes ${taken.join(', ')}` : ''
    return refused(
      target,
      `${tried ? `tried ${tried}` : 'there was no key, agent or password to try'}${wanted}`,
      details,
    )
  }
  // sshd's words when more keys were offered than MaxAuthTries allows; ssh2 gives them no code of their own
  if (/Too many authentication failures/.test(error.message)) {
    return refused(target, `tried ${tried}; more than it allows`, details)
  }
  const where = `${target.address}:${target.port}`
  if (error.level === 'handshake' && /no matching/.test(error.message)) {
    return new ConvecthubError('NO_COMMON_ALGORITHM', 'unreachable', `${where}: ${error.message}`, {
      ...details,
      hint: `see what it takes: ${sshCommand(target, '-vv')} exit 2>&1 | grep -A 10 'peer server KEXINIT'; then allow one there that convecthub has, see docs/connections.md`,
    })
  }
  const late = error.level === 'client-timeout'
  const dropped = !late && (error.code ?? 'ECONNRESET') === 'ECONNRESET'
  const message = `${where}: ${error.message}`
  return new ConvecthubError(dropped ? 'LOGIN_DROPPED' : 'UNREACHABLE', 'unreachable', message, {
    ...details,
    ...(said && { evidence: `the ProxyCommand said: ${said}` }),
    cause: error,
    hint: 'is the machine on, on this network, and sshd running on that port?',
  })
}

function refused(target: Target, why: string, details: ErrorDetails): ConvecthubError {
  const { port, user, address } = target
  return new ConvecthubError('AUTH', 'unreachable', `${user}@${address}:${port} was refused (${why})`, {
    hint: `try: ${sshCommand(target)}`,
    ...details,
  })
}

/** How ssh itself would be called. */
function sshCommand({ keyFiles, port, user, address, jumps }: Target, ...more: readonly string[]): string {
  const words = [
    ...more,
    ...keyFiles.map((file) => `-i ${file}`),
    ...(jumps.length > 0
      ? [`-J ${jumps.map((jump) => `${jump.user}@${jump.address}:${jump.port}`).join(',')}`]
      : []),
    `-p ${port}`,
  ]
  return `ssh ${words.join(' ')} ${user}@${address}`
}
