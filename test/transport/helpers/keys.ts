import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A key pair made by ssh-keygen at `path` and `path`.pub; `line` is `TYPE BASE64` as in known_hosts. */
export interface KeyPair {
  path: string
  line: string
  fingerprint: string
}

export function makeKey(path: string, type = 'ed25519', passphrase = ''): KeyPair {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path])
  const listed = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' })
  const line = readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
  return { path, line, fingerprint: listed.split(' ')[1] ?? '' }
}
