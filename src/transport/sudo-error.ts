import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError, type ErrorDetails } from '../errors.ts'

/** Messages of sshd, of sudo (1.8 to 1.9) and of sudo-rs (0.2), what they mean and what to do. */
const REFUSALS: readonly { words: RegExp; code: ErrorCode; message: string; hint: string }[] = [
  // sshd accepts the login, and then runs nothing but passwd, for which it wants a terminal
  {
    words: /^Password change required but no TTY available/m,
    code: 'PASSWORD_EXPIRED',
    message: 'the password of the login user has expired',
    hint: 'log in once by hand with ssh, which asks for a new one; then run the same command again',
  },
  // before the next, because sudo adds 'a password is required' after these words
  {
    words: /account validation failure|[Aa]ccount (or password is )?expired/,
    code: 'SUDO_DENIED',
    message: 'sudo finds the account expired or locked',
    hint: 'look at it as root on the host, where NAME is the user: chage -l NAME',
  },
  {
    words: /a password is required|no password was provided|interactive authentication is required/,
    code: 'SUDO_PASSWORD_NEEDED',
    message: 'sudo wants a password',
    hint: 'give it with -K (asked once), or as ansible_become_pass, or allow NOPASSWD as the guide says',
  },
  {
    words: /not in the sudoers|not allowed to|may not run sudo|I'm afraid I can't do that/,
    code: 'SUDO_DENIED',
    message: 'this user may not use sudo',
    hint: 'add the user to the sudo group, or log in as another one (ansible_user)',
  },
  {
    words: /sudo: command not found/,
    code: 'SUDO_MISSING',
    message: 'sudo is not installed, and the user is not root',
    hint: 'install sudo, or log in as root (ansible_user=root)',
  },
  {
    words: /must have a tty/,
    code: 'SUDO_NEEDS_TTY',
    message: 'sudo is set to requiretty on this host',
    hint: "remove 'Defaults requiretty' from /etc/sudoers: a terminal did not help",
  },
]

/**
 * A wrong password may count twice: sudo asks again, and PAM counts the end of input as another failure. There is no
 * way to stop sudo before that. Seen with pam_faillock on sudo 1.9.
 */
const WRONG_HINT =
  'it was tried once and will not be tried again; a host that counts failures may have counted two, because sudo asked again (see: faillock --user NAME); check the password, then call again'

/** What cloud images print instead of a root login; captures the user that they name. */
const OTHER_USER = /\blog ?in as the user "?([a-z_][\w.-]{0,31})"?/i

/**
 * Explains why a bootstrap ended before the root shell answered. `asked`: how often sudo asked; twice means a wrong
 * password. `printed`: stdout so far, which is not from sudo. `withheld`: why sudo was given no password.
 */
export function sudoError(
  host: string,
  { stderr, printed = '' }: { stderr: string; printed?: string },
  asked: number,
  code: number | undefined,
  withheld?: ErrorDetails,
): ConvecthubError {
  const evidence = `${printed.trim()}\n${stderr.trim()}`.trim()
  const refusal = REFUSALS.find(({ words }) => words.test(stderr))
  if (asked > 1 || (asked === 1 && refusal?.code !== 'SUDO_DENIED')) {
    return new ConvecthubError('SUDO_PASSWORD_WRONG', 'sudo refused the password', {
      host,
      evidence,
      hint: WRONG_HINT,
    })
  }
  if (refusal)
    return new ConvecthubError(refusal.code, refusal.message, {
      host,
      evidence,
      hint: refusal.hint,
      ...(refusal.code === 'SUDO_PASSWORD_NEEDED' && withheld),
    })
  const message = `the shell on the host ended at once${code === undefined ? '' : ` with code ${code}`}`
  const [, other] = OTHER_USER.exec(evidence) ?? []
  return new ConvecthubError('NO_SHELL', message, {
    host,
    evidence,
    hint: other
      ? `log in as the user that it names: ansible_user=${other}`
      : 'try `ssh` to it: the login shell must run commands',
  })
}
