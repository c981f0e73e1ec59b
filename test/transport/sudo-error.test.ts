import { expect, it } from 'vitest'
import { sudoError } from '../../src/transport/sudo-error.ts'

// messages of sudo as captured from 1.8.16 (Ubuntu 16.04), 1.9.13 (Debian 12) and 1.9.15 (Ubuntu 24.04)
it.each([
  { stderr: 'sudo: a password is required\n', asked: 0, code: 'SUDO_PASSWORD_NEEDED' },
  {
    stderr: '\nsudo: no password was provided\nsudo: a password is required\n',
    asked: 1,
    code: 'SUDO_PASSWORD_WRONG',
  },
  { stderr: 'Sorry, try again.\n', asked: 2, code: 'SUDO_PASSWORD_WRONG' },
  {
    stderr: 'Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n',
    asked: 2,
    code: 'SUDO_PASSWORD_WRONG',
  },
  { stderr: 'sudo: 1 incorrect password attempt\n', asked: 1, code: 'SUDO_PASSWORD_WRONG' },
  { stderr: '', asked: 1, code: 'SUDO_PASSWORD_WRONG' },
  {
    stderr: 'bob is not in the sudoers file.  This incident will be reported.\n',
    asked: 0,
    code: 'SUDO_DENIED',
  },
  {
    stderr: 'bob is not in the sudoers file.  This incident will be reported.\n',
    asked: 1,
    code: 'SUDO_DENIED',
  },
  {
    stderr: 'bob is not in the sudoers file.\nThis incident has been reported to the administrator.\n',
    asked: 1,
    code: 'SUDO_DENIED',
  },
  {
    stderr: "Sorry, user bob is not allowed to execute '/usr/bin/sh -c x' as root on h1.\n",
    asked: 1,
    code: 'SUDO_DENIED',
  },
  { stderr: 'Sorry, user bob may not run sudo on h1.\n', asked: 0, code: 'SUDO_DENIED' },
  {
    stderr:
      'sudo: Account expired or PAM config lacks an "account" section for sudo, contact your system administrator\nsudo: a password is required\n',
    asked: 1,
    code: 'SUDO_DENIED',
  },
  {
    stderr: 'sudo: account validation failure, is your account locked?\nsudo: a password is required\n',
    asked: 0,
    code: 'SUDO_DENIED',
  },
  {
    stderr: 'WARNING: Your password has expired.\nPassword change required but no TTY available.\n',
    asked: 0,
    code: 'PASSWORD_EXPIRED',
  },
  { stderr: 'sudo: sorry, you must have a tty to run sudo\n', asked: 0, code: 'SUDO_NEEDS_TTY' },
  { stderr: 'sudo: command not found\n', asked: 0, code: 'SUDO_MISSING' },
  // sudo-rs 0.2.5 and 0.2.15
  { stderr: 'sudo-rs: interactive authentication is required\n', asked: 0, code: 'SUDO_PASSWORD_NEEDED' },
  { stderr: 'sudo: interactive authentication is required\n', asked: 0, code: 'SUDO_PASSWORD_NEEDED' },
  { stderr: "sudo-rs: I'm sorry bob. I'm afraid I can't do that\n", asked: 0, code: 'SUDO_DENIED' },
  { stderr: '', asked: 0, code: 'NO_SHELL' },
  { stderr: 'This account is currently not available.\n', asked: 0, code: 'NO_SHELL' },
])('after $asked questions: $stderr → $code', ({ stderr, asked, code }) => {
  const error = sudoError('h1', { stderr }, asked, 1)
  expect(error).toMatchObject({ code, exit: 'unreachable' })
  expect(error.details).toMatchObject({ host: 'h1', evidence: stderr.trim() })
  expect(error.details.hint).toMatch(/\w+ \w+/)
})

it('says that a wrong password was sent once but may have counted twice', () => {
  const { hint } = sudoError('h1', { stderr: 'Sorry, try again.' }, 2, 1).details
  expect(hint).toMatch(/tried once .* may have counted two/)
})

it.each([
  [undefined, 'the shell on the host ended at once'],
  [0, 'the shell on the host ended at once with code 0'],
  [255, 'the shell on the host ended at once with code 255'],
])('reports the exit code %s when nothing else is known', (code, message) => {
  expect(sudoError('h1', { stderr: '' }, 0, code).message).toBe(message)
})

// messages of the cloud images of Debian and Ubuntu, and of Amazon
it.each([
  { printed: 'Please login as the user "ubuntu" rather than the user "root".\n\n', user: 'ubuntu' },
  { printed: 'Please login as the user "ec2-user" rather than the user "root".\n', user: 'ec2-user' },
])('takes the user to log in as from the message of a cloud image: $user', ({ printed, user }) => {
  const error = sudoError('h1', { stderr: '', printed }, 0, 142)
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  expect(error.details.evidence).toBe(printed.trim())
  expect(error.details.hint).toBe(`log in as the user that it names: ansible_user=${user}`)
})

it('does not take stdout for a message of sudo', () => {
  const printed = 'this user is not allowed to be sad; a password is required for that\n'
  expect(sudoError('h1', { stderr: '', printed }, 0, 1)).toMatchObject({
    code: 'NO_SHELL',
    details: { evidence: printed.trim() },
  })
})
