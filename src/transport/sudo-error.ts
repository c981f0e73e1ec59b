import { ConvecthubError, type ErrorDetails } from '../errors.ts'

/** Words of sudo (1.8 to 1.9) and sudo-rs (0.2), what they mean and what to do. */
const REFUSALS: readonly { words: RegExp; code: string; message: string; hint: string }[] = [
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
 * Why a bootstrap ended before the root shell answered. `asked` counts sudo's questions; two mean a wrong password.
 * `withheld`: why sudo was given none.
 */
export function sudoError(
  host: string,
  stderr: string,
  asked: number,
  code: number | undefined,
  withheld?: ErrorDetails,
): ConvecthubError {
  const evidence = stderr.trim()
  const refusal = REFUSALS.find(({ words }) => words.test(stderr))
  if (asked > 1 || (asked === 1 && refusal?.code !== 'SUDO_DENIED')) {
    return new ConvecthubError('SUDO_PASSWORD_WRONG', 'unreachable', 'sudo refused the password', {
      host,
      evidence,
      hint: 'it was tried once and will not be tried again, so that no account is locked; check it, then call again',
    })
  }
  if (refusal)
    return new ConvecthubError(refusal.code, 'unreachable', refusal.message, {
      host,
      evidence,
      hint: refusal.hint,
      ...(refusal.code === 'SUDO_PASSWORD_NEEDED' && withheld),
    })
  const message = `the shell on the host ended at once${code === undefined ? '' : ` with code ${code}`}`
  return new ConvecthubError('NO_SHELL', 'unreachable', message, {
    host,
    evidence,
    hint: 'try `ssh` to it: the login shell must run commands',
  })
}
