import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
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
let name: string
let files = 0

beforeAll(async () => {
  sshd = await realSshd()
  other = makeKey(join(sshd.folder, 'other'))
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
  { what: 'an empty file', text: '' },
  { what: 'a file with other hosts', text: '10.0.0.1 ssh-ed25519 AAAA\n' },
  { what: 'a file without a final newline', text: '10.0.0.1 ssh-ed25519 AAAA' },
])('accept-new adds one line, which ssh-keygen and later logins find: $what', async ({ text }) => {
  const file = await login(text, { hostKeyChecking: 'accept-new' })
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines).toEqual([...text.split('\n').filter(Boolean), `${name} ${sshd.hostKey.line}`])
  const found = execFileSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' })
  expect(found).toContain(sshd.hostKey.line)
  const before = readFileSync(file, 'utf8')
  await loginWith([file], { hostKeyChecking: 'accept-new' })
  await loginWith([file])
  expect(readFileSync(file, 'utf8')).toBe(before)
})

it('accept-new creates the file and its folder, accessible only to the user', async () => {
  const file = join(sshd.folder, 'new/folder/known_hosts')
  await loginWith([file], { hostKeyChecking: 'accept-new' })
  expect([statSync(file).mode & 0o777, statSync(join(file, '..')).mode & 0o777]).toEqual([0o600, 0o700])
})

it('names a known_hosts file that cannot be written or read', async () => {
  const inTheWay = join(sshd.write('a-file', ''), 'known_hosts')
  const folder = join(sshd.folder, 'a-folder')
  mkdirSync(folder)
  for (const file of [inTheWay, folder]) {
    const error = await failure(loginWith([file], { hostKeyChecking: 'accept-new' }))
    expect(`${error.message} ${error.details.evidence}`).toMatch(/a-file|a-folder/)
    expect(error.code).not.toMatch(/UNREACHABLE|LOGIN_DROPPED/)
  }
})

it('StrictHostKeyChecking=no accepts any key and saves a new one, as ssh does', async () => {
  const text = `${name} ${other.line}\n`
  const file = await login(text, { hostKeyChecking: 'no' })
  expect(readFileSync(file, 'utf8')).toBe(text)
  const none = join(sshd.folder, 'none')
  await loginWith([none], { hostKeyChecking: 'no' })
  const kept = readFileSync(none, 'utf8')
  expect(kept).toMatch(/^\S+ ssh-ed25519 \S+\n$/)
  await loginWith([none], { hostKeyChecking: 'no' })
  expect(readFileSync(none, 'utf8')).toBe(kept)
})

it('StrictHostKeyChecking=no logs in even if known_hosts cannot be written', async () => {
  const inTheWay = join(sshd.write('another-file', ''), 'known_hosts')
  await loginWith([inTheWay], { hostKeyChecking: 'no' })
})
