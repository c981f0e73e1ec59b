import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { Shared } from '../../src/transport/shared.ts'
import type { Target } from '../../src/transport/target.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { type TestAgent, testAgent } from './helpers/test-agent.ts'
import { failure } from './helpers/wait.ts'

let sshd: RealSshd
let folder: string
let agent: string
let holder: TestAgent

/** Makes a key with ssh-keygen and authorizes it on the server. */
function key(name: string, args: readonly string[], passphrase = ''): string {
  const path = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-N', passphrase, '-f', path, ...args])
  const file = join(sshd.folder, 'authorized_keys')
  writeFileSync(file, readFileSync(file, 'utf8') + readFileSync(`${path}.pub`, 'utf8'))
  return path
}

async function login(over: Partial<Target>, shared = new Shared()): Promise<string> {
  const host = await connect(sshd.target({ keyFiles: [], ...over }), shared)
  try {
    return (await host.run(sh`echo in`, { name: 'test', timeoutMs: 60_000 })).output
  } finally {
    host.close()
  }
}

beforeAll(async () => {
  sshd = await realSshd()
  folder = mkdtempSync(join(tmpdir(), 'cvh-keys-'))
  agent = join(folder, 'agent')
  holder = await testAgent(agent)
})
afterAll(() => {
  holder?.stop()
  rmSync(folder, { recursive: true, force: true })
  sshd?.stop()
})

it.each([
  ['ed25519', ['-t', 'ed25519']],
  ['rsa', ['-t', 'rsa', '-b', '2048']],
  ['ecdsa-256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa-521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa-pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ['rsa-pkcs8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
  ['ecdsa-pem', ['-t', 'ecdsa', '-m', 'PEM']],
  ['ecdsa-pkcs8', ['-t', 'ecdsa', '-m', 'PKCS8']],
])('logs in with a key of kind %s, with or without passphrase', async (name, args) => {
  expect(await login({ keyFiles: [key(name, args)] })).toBe('in')
  const locked = key(`${name}-locked`, args, 'a pass phrase')
  const asked: string[] = []
  const shared = new Shared(async (path) => {
    asked.push(path)
    return new Secret('a pass phrase')
  })
  const both = [login({ keyFiles: [locked] }, shared), login({ keyFiles: [locked] }, shared)]
  expect(await Promise.all(both)).toEqual(['in', 'in'])
  expect(asked).toEqual([locked])
})

it('asks for a passphrase three times, then fails', async () => {
  const locked = key('thrice', ['-t', 'ed25519'], 'right')
  let asked = 0
  const wrong = new Shared(async () => {
    asked += 1
    return new Secret('wrong')
  })
  const error = await failure(login({ keyFiles: [locked] }, wrong))
  expect(error).toMatchObject({ code: 'KEY_ENCRYPTED', exit: 'input' })
  expect(error.message).toContain('the passphrase was not right')
  expect(asked).toBe(3)
})

it('needs no passphrase for a key in the agent, whether it is configured or not', async () => {
  const locked = key('held', ['-t', 'ed25519'], 'phrase')
  const open = join(folder, 'held-open')
  copyFileSync(locked, open)
  chmodSync(open, 0o600)
  execFileSync('ssh-keygen', ['-q', '-p', '-P', 'phrase', '-N', '', '-f', open])
  execFileSync('ssh-add', ['-q', open], { env: { ...process.env, SSH_AUTH_SOCK: agent }, stdio: 'pipe' })
  const never = new Shared(async () => {
    throw new Error('asked')
  })
  expect(await login({ agent, keyFiles: [locked] }, never)).toBe('in')
  expect(await login({ agent }, never)).toBe('in')
  const other = join(folder, 'other')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
  expect(await login({ agent, keyFiles: [other] })).toBe('in')
  const refused = await failure(login({ agent, keyFiles: [other], identitiesOnly: true }))
  expect(refused.code).toBe('AUTH')
})

it('goes on without an agent that is not there', async () => {
  expect(await login({ agent: join(folder, 'nobody'), keyFiles: [key('alone', ['-t', 'ed25519'])] })).toBe(
    'in',
  )
})
