import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An unprivileged user of this machine, made for one test file. */
export interface TestUser {
  name: string
  home: string
  password: string
  /** What sudo wrote of this user into a log file of its own. */
  sudoLog(): string
  remove(): void
}

let made = 0

/** `rule` is what sudoers says behind `NAME ALL=`, or undefined for a user who may not use sudo; `defaults` go before it. */
export function testUser(rule: string | undefined, shell = '/bin/bash', defaults = ''): TestUser {
  if (!existsSync('/usr/bin/sudo')) throw new Error('sudo is missing: apt-get install sudo')
  if (!existsSync(shell)) throw new Error(`${shell} is missing: install its package with apt-get`)
  const name = `cvhtest-${process.pid % 100_000}-${++made}`
  const password = `right horse ${name}`
  const home = join('/tmp', name)
  const log = `/tmp/${name}.sudo.log`
  // sudo leaves files out whose names hold a dot
  const sudoers = `/etc/sudoers.d/${name}`
  execFileSync('useradd', ['--create-home', '--home-dir', home, '--shell', shell, name])
  execFileSync('chpasswd', { input: `${name}:${password}\n` })
  // pam_unix waits two seconds behind a wrong password unless told not to
  const pam = `/etc/pam.d/${name}`
  writeFileSync(
    pam,
    'auth required pam_unix.so nodelay\naccount required pam_permit.so\nsession required pam_permit.so\n',
  )
  const rules = [
    `Defaults:${name} logfile=${log}, pam_service=${name}`,
    ...(defaults ? [`Defaults:${name} ${defaults}`] : []),
    ...(rule ? [`${name} ALL=${rule}`] : []),
  ]
  writeFileSync(sudoers, `${rules.join('\n')}\n`, { mode: 0o440 })
  return {
    name,
    home,
    password,
    sudoLog: () => (existsSync(log) ? readFileSync(log, 'utf8').replaceAll('\n    ', ' ') : ''),
    remove() {
      rmSync(sudoers, { force: true })
      rmSync(pam, { force: true })
      rmSync(log, { force: true })
      // sshd may still be letting go of the user's last session, which --force does not mind
      spawnSync('userdel', ['--force', '--remove', name])
    },
  }
}
