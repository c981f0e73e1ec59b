import { ConvecthubError } from '../errors.ts'
import { linkReason } from './network-cause.ts'

/** How long a root shell was waited for, ms, and the command with which a user can try the same. */
interface Waited {
  startMs: number
  byHand: string
}

/** sudo gave another user than root: SUDO_NOT_ROOT. */
export function notRoot(host: string, uid = ''): ConvecthubError {
  return new ConvecthubError('SUDO_NOT_ROOT', `sudo made us user ${uid}, not root`, {
    host,
    hint: 'look at the rules for this user with `sudo -l` on the host: `sudo -u root` must give root',
  })
}

/** The link broke: LOST. */
export function lost(host: string, error: Error | undefined, evidence: string): ConvecthubError {
  return new ConvecthubError('LOST', broken(error), {
    host,
    evidence,
    hint: 'run the same command again: it continues',
  })
}

// codes of their own, because a password that the host may still judge must not be sent again

/** The link broke while sudo had the password: SUDO_LOST. */
export function sudoLost(host: string, error: Error | undefined, evidence: string): ConvecthubError {
  return new ConvecthubError('SUDO_LOST', `sudo did not answer to the password: ${broken(error)}`, {
    host,
    evidence,
    hint: 'sudo may have counted the password, so it is not tried again; run the same command again: it continues',
  })
}

/** sudo is silent to the password: SUDO_TIMEOUT. */
export function sudoTimeout(host: string, evidence: string, { startMs, byHand }: Waited): ConvecthubError {
  return new ConvecthubError(
    'SUDO_TIMEOUT',
    `sudo did not answer to the password within ${startMs / 1000} s`,
    {
      host,
      evidence,
      hint: `sudo may wait for DNS or a directory; look how long it takes: time ${byHand}; the password is not tried again`,
    },
  )
}

/** No root shell, and no question of sudo: LOGIN_TIMEOUT. */
export function loginTimeout(host: string, evidence: string, { startMs, byHand }: Waited): ConvecthubError {
  return new ConvecthubError('LOGIN_TIMEOUT', `no root shell within ${startMs / 1000} s of login`, {
    host,
    evidence,
    hint: `the machine is slow, or sudo hangs (DNS?): try time ${byHand}; or fewer at once with -f 20`,
  })
}

const broken = (error: Error | undefined) =>
  error ? `connection lost: ${linkReason(error)}` : 'connection lost'
