import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import type { ShownKey } from './host-certificate.ts'
import { fingerprint, hostKeyPlace, type KnownHosts, keyType, knownHostsLine } from './known-hosts.ts'
import { addKnownHost } from './known-hosts-file.ts'
import { expandHome, type Target } from './target.ts'

/**
 * Checks a host's key by the rules of StrictHostKeyChecking. Returns HOST_KEY_UNKNOWN, HOST_KEY_CHANGED,
 * HOST_CERTIFICATE or KNOWN_HOSTS, or undefined when the key is accepted. A new key that is accepted is written to the
 * first known_hosts file. With `no`, every key is accepted, but new ones are still written, as in ssh, so that a later
 * change is noticed.
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
    // the error is ignored: ssh also logs in when it cannot write the file
    if (verdict === 'unknown') keepHostKey(target, key, known)
    return undefined
  }
  if (verdict === 'known') return undefined
  if (verdict === 'unknown' && hostKeyChecking === 'accept-new') return keepHostKey(target, key, known)
  const details = { host, ...(evidence !== undefined && { evidence }) }
  const what = `${keyType(key)} ${fingerprint(key)}`
  if (verdict === 'unknown') {
    const enroll = 'convecthub ping --enroll, which asks once for all (in scripts: --accept-new-host-keys)'
    return new ConvecthubError('HOST_KEY_UNKNOWN', `the host key is not known: ${what}`, {
      ...details,
      hint: `compare it with the machine's own (cat /etc/ssh/ssh_host_*.pub | ssh-keygen -lf -), then: ${enroll}`,
    })
  }
  if (verdict === 'uncertified') {
    const message = `the certificate of the host key is not good: ${what}`
    return new ConvecthubError('HOST_CERTIFICATE', message, {
      ...details,
      hint: 'have the @cert-authority on file certify it again, and see that the clock here is right',
    })
  }
  const message = `the host key is not the one on file: ${what}`
  return new ConvecthubError('HOST_KEY_CHANGED', message, {
    ...details,
    hint: forgetKey(target),
  })
}

function forgetKey(target: Target): string {
  const [file = '~/.ssh/known_hosts'] = target.knownHostsFiles
  const [name] = hostKeyPlace(target).names
  return `another machine may be answering; if it was reinstalled: ssh-keygen -f ${file} -R '${name}'`
}

/** The error for a certificate that is cut short: HOST_CERTIFICATE. */
export function brokenCertificate({ host }: Target): ConvecthubError {
  return new ConvecthubError('HOST_CERTIFICATE', 'the certificate of the host key is cut short', {
    host,
    hint: 'have the host key certified again, or take HostCertificate out of its sshd_config',
  })
}

/**
 * Why a host must not get a password, neither for the login nor for sudo: its key is wrong, and StrictHostKeyChecking
 * is `no` (ssh does the same). Evidence and hint for errors about the missing password; undefined when it may get one.
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

/** Writes a new key to the first known_hosts file. Returns KNOWN_HOSTS when that fails. */
export function keepHostKey(target: Target, key: Buffer, known: KnownHosts): ConvecthubError | undefined {
  const [file] = target.knownHostsFiles
  const line = knownHostsLine(hostKeyPlace(target).names[0], key)
  const error = file === undefined ? undefined : addKnownHost(target.host, expandHome(file), line)
  if (!error) known.add(line)
  return error
}
