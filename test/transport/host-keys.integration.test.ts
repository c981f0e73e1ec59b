import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Target } from '../../src/transport/target.ts'
import { type KeyPair, makeKey } from './helpers/keys.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { failure } from './helpers/wait.ts'

let sshd: RealSshd
let other: KeyPair
let rsa: KeyPair
let name: string
let files = 0

beforeAll(async () => {
  sshd = await realSshd()
  other = makeKey(join(sshd.folder, 'other'))
  rsa = makeKey(join(sshd.folder, 'other_rsa'), 'rsa')
  name = `[127.0.0.1]:${sshd.port}`
})
afterAll(() => sshd?.stop())

/** Writes a known_hosts file and logs in with it. Returns the file's path. */
async function login(text: string, over: Partial<Target> = {}): Promise<string> {
  const file = sshd.write(`known-${++files}`, text)
  await loginWith([file], over)
  return file
}

async function loginWith(knownHostsFiles: readonly string[], over: Partial<Target> = {}): Promise<void> {
  const host = await connect(sshd.target({ knownHostsFiles, ...over }))
  expect((await host.run(sh`echo in`, { name: 'test', timeoutMs: 10_000 })).output).toBe('in')
  host.close()
}

it.each([
  { what: 'its own line', text: () => `${name} ${sshd.hostKey.line}\n` },
  { what: 'no final newline', text: () => `${name} ${sshd.hostKey.line}` },
  { what: 'a comment before and after', text: () => `# mine\n\n${name} ${sshd.hostKey.line} root@h1\n` },
  { what: 'one of several names', text: () => `other,${name},[10.0.0.1]:22 ${sshd.hostKey.line}\n` },
  { what: 'a pattern', text: () => `[127.0.0.*]:${sshd.port} ${sshd.hostKey.line}\n` },
  { what: 'the address without its port', text: () => `127.0.0.1 ${sshd.hostKey.line}\n` },
  {
    what: 'the address without its port, and another key for another port',
    text: () => `[127.0.0.1]:1 ${other.line}\n127.0.0.1 ${sshd.hostKey.line}\n`,
  },
  { what: 'a second key of another type', text: () => `${name} ${rsa.line}\n${name} ${sshd.hostKey.line}\n` },
  { what: 'Windows line ends', text: () => `${name} ${sshd.hostKey.line}\r\n` },
])('accepts a known key: $what', async ({ text }) => {
  await login(text())
})

it('finds hashed names', async () => {
  const file = sshd.write('hashed', `${name} ${sshd.hostKey.line}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
  expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/)
  await loginWith([file])
})

it('looks in all known_hosts files and ignores missing ones', () =>
  loginWith([join(sshd.folder, 'missing'), join(sshd.folder, 'known_hosts')]))

it.each([
  { what: 'an empty file', text: () => '' },
  { what: 'the address with another port', text: () => `[127.0.0.1]:1 ${sshd.hostKey.line}\n` },
  { what: 'another key for the address without its port', text: () => `127.0.0.1 ${other.line}\n` },
  { what: 'a negated name', text: () => `!${name},[127.0.0.*]:* ${sshd.hostKey.line}\n` },
  { what: 'a commented-out line', text: () => `#${name} ${sshd.hostKey.line}\n` },
])('refuses an unknown key and shows its fingerprint: $what', async ({ text }) => {
  const error = await failure(login(text()))
  expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN', exit: 'unreachable' })
  expect(error.message).toContain(`ssh-ed25519 ${sshd.hostKey.fingerprint}`)
  expect(error.details.hint).toContain('--accept-new-host-keys')
})

it.each(['yes', 'accept-new'] as const)(
  'refuses a changed key and shows both fingerprints: %s',
  async (hostKeyChecking) => {
    const text = `${name} ${other.line}\n`
    const file = sshd.write('changed', text)
    const error = await failure(loginWith([file], { hostKeyChecking }))
    expect(error).toMatchObject({ code: 'HOST_KEY_CHANGED', exit: 'unreachable' })
    expect(error.message).toContain(sshd.hostKey.fingerprint)
    expect(error.details.evidence).toContain(other.fingerprint)
    expect(readFileSync(file, 'utf8')).toBe(text)
    // the command in the hint removes the old key
    const repair = /: (ssh-keygen .*)$/.exec(error.details.hint ?? '')?.[1]
    execFileSync('sh', ['-c', repair ?? 'false'], { stdio: 'ignore' })
    expect((await failure(loginWith([file]))).code).toBe('HOST_KEY_UNKNOWN')
  },
)

it.each(['yes', 'accept-new'] as const)(
  'refuses a revoked key, whether or not it is also known: %s',
  async (hostKeyChecking) => {
    for (const known of [`${name} ${sshd.hostKey.line}\n`, '']) {
      const error = await failure(login(`@revoked * ${sshd.hostKey.line}\n${known}`, { hostKeyChecking }))
      expect(error.code).toBe('HOST_KEY_CHANGED')
      expect(error.details.evidence).toContain('revoked')
    }
  },
)
