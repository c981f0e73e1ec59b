import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An unprivileged user, created on this machine for one test file. */
export interface TestUser {
  name: string
  home: string
  password: string
  /** sudo's log of this user. */
  sudoLog(): string
  remove(): void
}

let made = 0

/** `rule`: the sudoers rule after `NAME ALL=`; undefined: no sudo. `defaults`: sudoers Defaults for this user. */
export function testUser(rule: string | undefined, shell = '/bin/bash', defaults = ''): TestUser {
  if (!existsSync('/usr/bin/sudo')) throw new Error('sudo is missing: apt-get install sudo')
  if (!existsSync(shell)) throw new Error(`${shell} is missing: install its package with apt-get`)
  const name = `cvhtest-${process.pid % 100_000}-${++made}`
  const password = `right horse ${name}`
  const home = join('/tmp', name)
  const log = `/tmp/${name}.sudo.log`
  // no dot in the name: sudo ignores such files
  const sudoers = `/etc/sudoers.d/${name}`
  execFileSync('useradd', ['--create-home', '--home-dir', home, '--shell', shell, name])
  execFileSync('chpasswd', { input: `${name}:${password}\n` })
  // nodelay: otherwise pam_unix waits two seconds after a wrong password
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
      // --force, because sshd may still be ending the user's last session
      spawnSync('userdel', ['--force', '--remove', name])
    },
  }
}
