import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { rawSh } from '../../src/sh.ts'
import { type AlgorithmKeyword, algorithms } from '../../src/transport/algorithms.ts'
import { connect } from '../../src/transport/connect.ts'
import { certificateFault, shownKey } from '../../src/transport/host-certificate.ts'
import { Shared } from '../../src/transport/shared.ts'
import { sshConnect } from '../../src/transport/ssh.ts'
import type { Target } from '../../src/transport/target.ts'
import { type KeyPair, makeKey } from './helpers/keys.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { failure } from './helpers/wait.ts'

let folder: string
let authorities: Record<string, KeyPair>
let keys = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-certificates-'))
  authorities = Object.fromEntries(
    ['ed25519', 'ecdsa', 'rsa'].map((type) => [type, makeKey(join(folder, `ca_${type}`), type)]),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Certified {
  type?: string
  authority?: string
  /** Options of ssh-keygen; default: a certificate for 127.0.0.1. */
  options?: readonly string[]
}

const FOR_US = ['-h', '-n', '127.0.0.1']

/** Makes a host key and its certificate. */
function certify({ type = 'ed25519', authority = 'ed25519', options = FOR_US }: Certified) {
  const key = makeKey(join(folder, `host_${++keys}`), type)
  const signer = authorities[authority]?.path ?? ''
  execFileSync('ssh-keygen', ['-q', '-s', signer, '-I', 'h1', ...options, `${key.path}.pub`], {
    stdio: 'ignore',
  })
  return { key, file: `${key.path}-cert.pub` }
}

interface Case extends Certified {
  what: string
  /** Lines of known_hosts; default: the authority. */
  known?: (names: { name: string; key: KeyPair; authority: KeyPair }) => readonly string[]
  settings?: readonly string[]
  /** Lists of algorithms, both for ssh and for us. */
  lists?: Partial<Record<AlgorithmKeyword, string>>
  alias?: string
  /** ssh's versions differ here, so it is not compared; we follow those from 10.3 on. */
  versions?: true
  /** The error's code, and text in its message or evidence. Undefined: the login succeeds. */
  refused?: readonly [code: string, words: string]
}

const CASES: readonly Case[] = [
  { what: 'an ed25519 key' },
  { what: 'an ECDSA key', type: 'ecdsa' },
  { what: 'an RSA key', type: 'rsa' },
  {
    what: 'an RSA key that signs with SHA-256',
    type: 'rsa',
    lists: { HostKeyAlgorithms: 'rsa-sha2-256-cert-v01@openssh.com' },
  },
  { what: 'an RSA key, with rekeying', type: 'rsa', settings: ['RekeyLimit 1M'] },
  { what: 'a host with an ECDSA authority', authority: 'ecdsa' },
  { what: 'a host with an RSA authority', authority: 'rsa' },
  {
    what: 'a host with an RSA authority that signs with SHA-256',
    authority: 'rsa',
    options: [...FOR_US, '-t', 'rsa-sha2-256'],
  },
  { what: 'several names, one of them ours', options: ['-h', '-n', 'h1,127.0.0.1'] },
  { what: 'a pattern', options: ['-h', '-n', '127.0.0.*'], versions: true },
  {
    what: 'an alias',
    options: ['-h', '-n', 'bastion'],
    alias: 'bastion',
    known: ({ authority }) => [`@cert-authority bastion ${authority.line}`],
  },
  { what: 'a host, with more key types allowed', lists: { HostKeyAlgorithms: '+ssh-rsa' } },
  { what: 'a host, with fewer key types allowed', lists: { HostKeyAlgorithms: '-ssh-rsa' } },
  { what: 'a host, with rekeying', settings: ['RekeyLimit 1M'] },
  {
    what: 'a host whose authority is on file without the port',
    known: ({ authority }) => [`@cert-authority 127.0.0.1 ${authority.line}`],
  },
  {
    what: 'a host whose authority is on file without the port, and an old key with it',
    known: ({ name, authority }) => [
      `${name} ${authorities.rsa?.line}`,
      `@cert-authority 127.0.0.* ${authority.line}`,
    ],
  },
  {
    what: 'a past time, with the key itself on file',
    options: [...FOR_US, '-V', '20200101:20210101'],
    known: ({ name, key, authority }) => [`${name} ${key.line}`, `@cert-authority * ${authority.line}`],
  },
  {
    what: 'a host whose key itself is on file, with another authority',
    known: ({ name, key }) => [`${name} ${key.line}`, `@cert-authority * ${authorities.ecdsa?.line}`],
  },
  { what: 'another name', options: ['-h', '-n', 'h1,h2'], refused: ['HOST_CERTIFICATE', 'it is for h1, h2'] },
  { what: 'no name at all', options: ['-h'], versions: true, refused: ['HOST_CERTIFICATE', 'names no host'] },
  {
    what: 'the name inside the brackets of an alias',
    options: ['-h', '-n', 'bastion'],
    alias: '[bastion]:2222',
    known: ({ authority }) => [`@cert-authority * ${authority.line}`],
    refused: ['HOST_CERTIFICATE', 'it is for bastion'],
  },
  {
    what: 'a past time',
    options: [...FOR_US, '-V', '20200101:20210101'],
    refused: ['HOST_CERTIFICATE', 'valid until 20'],
  },
  {
    what: 'a future time',
    options: [...FOR_US, '-V', '20900101:20910101'],
    refused: ['HOST_CERTIFICATE', 'valid from 20'],
  },
  {
    what: 'a host, with an unknown critical option',
    options: [...FOR_US, '-O', 'critical:x@example.com=1'],
    refused: ['HOST_CERTIFICATE', 'options'],
  },
  {
    what: 'a host whose authority uses an algorithm that is not allowed',
    authority: 'rsa',
    lists: { CASignatureAlgorithms: 'ssh-ed25519' },
    refused: ['HOST_CERTIFICATE', 'signs by rsa-sha2-512'],
  },
  {
    what: 'a host whose authority is not on file',
    known: () => [`@cert-authority * ${authorities.ecdsa?.line}`],
    refused: ['HOST_KEY_UNKNOWN', 'showed no certificate by that one'],
  },
  {
    what: 'a host whose authority is not on file, with another one for the port',
    known: ({ name }) => [`@cert-authority ${name} ${authorities.ecdsa?.line}`],
    refused: ['HOST_KEY_UNKNOWN', 'showed no certificate by that one'],
  },
  {
    what: 'a host with another key and another authority on file',
    known: ({ name }) => [`${name} ${authorities.rsa?.line}`, `@cert-authority * ${authorities.ecdsa?.line}`],
    refused: ['HOST_KEY_CHANGED', 'on file: SHA256:'],
  },
  {
    what: 'a revoked key',
    known: ({ key, authority }) => [`@revoked * ${key.line}`, `@cert-authority * ${authority.line}`],
    refused: ['HOST_KEY_CHANGED', 'revoked'],
  },
  {
    what: 'a revoked authority',
    known: ({ authority }) => [`@revoked * ${authority.line}`, `@cert-authority * ${authority.line}`],
    refused: ['HOST_KEY_CHANGED', 'authority is marked @revoked'],
  },
]

it.each(CASES)('judges a certificate for $what as ssh does', async (test) => {
  const { known, settings = [], refused, lists = {}, alias } = test
  const { key, file } = certify(test)
  const sshd = await realSshd([...settings, `HostKey ${key.path}`, `HostCertificate ${file}`])
  try {
    const authority = authorities[test.authority ?? 'ed25519'] as KeyPair
    const name = `[127.0.0.1]:${sshd.port}`
    const lines = known?.({ name, key, authority }) ?? [`@cert-authority ${name} ${authority.line}`]
    const target = sshd.target({
      knownHostsFiles: [sshd.write('known', `${lines.join('\n')}\n`)],
      hostKeyAlias: alias,
      algorithms: algorithms(lists),
    })
    if (!test.versions) expect(sshLetsIn(target, lists), 'ssh').toBe(refused === undefined)
    if (!refused) {
      const host = await connect(target)
      const script = rawSh(
        'head -c 5000000 /dev/zero | wc -c; head -c 5000000 /dev/zero | tr "\\0" x | tail -c 3000000',
      )
      const { output } = await host.run(script, { name: 'test', timeoutMs: 30_000 })
      expect(output.slice(0, 20)).toBe(`5000000\n${'x'.repeat(12)}`)
      host.close()
      return
    }
    const error = await failure(connect(target))
    expect(error).toMatchObject({ code: refused[0], exit: 'unreachable' })
    expect(`${error.message} ${error.details.evidence}`).toContain(refused[1])
    expect(error.message).toContain(key.fingerprint)
  } finally {
    sshd.stop()
  }
})

it('treats a plain key as unknown when only an authority is on file, and accept-new accepts it', async () => {
  const sshd: RealSshd = await realSshd()
  try {
    const file = sshd.write('known', `@cert-authority * ${authorities.rsa?.line}\n`)
    const error = await failure(connect(sshd.target({ knownHostsFiles: [file] })))
    expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
    const host = await connect(sshd.target({ knownHostsFiles: [file], hostKeyChecking: 'accept-new' }))
    host.close()
    expect(readFileSync(file, 'utf8')).toContain(sshd.hostKey.line)
  } finally {
    sshd.stop()
  }
})

it('keeps a session whose certificate expires meanwhile, but refuses the next login', async () => {
  const { key, file } = certify({ options: [...FOR_US, '-V', '20200101:21000101'] })
  const sshd = await realSshd(['RekeyLimit 1M', `HostKey ${key.path}`, `HostCertificate ${file}`])
  try {
    const known = sshd.write('known', `@cert-authority * ${authorities.ed25519?.line}\n`)
    const host = await connect(sshd.target({ knownHostsFiles: [known] }))
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2101-01-01') })
    const script = rawSh('head -c 5000000 /dev/zero | tr "\\0" x; echo; echo all')
    const { output } = await host.run(script, { name: 'test', timeoutMs: 30_000 })
    expect(output.slice(-4)).toBe('\nall')
    host.close()
    expect((await failure(connect(sshd.target({ knownHostsFiles: [known] })))).code).toBe('HOST_CERTIFICATE')
  } finally {
    vi.useRealTimers()
    sshd.stop()
  }
})

it('refuses a host that does not sign with its certified key', async () => {
  const { key, file } = certify({})
  const sshd = await realSshd([`HostKey ${key.path}`, `HostCertificate ${file}`])
  try {
    const other = Buffer.from(authorities.ed25519?.line.split(' ')[1] ?? '', 'base64')
    const known = sshd.write('known', `@cert-authority * ${authorities.ed25519?.line}\n`)
    const login = sshConnect(sshd.target({ knownHostsFiles: [known] }), new Shared(), (_target, shown) => {
      expect(shown.certificate?.principals).toEqual(['127.0.0.1'])
      shown.key = other
      return undefined
    })
    const error = await failure(login)
    expect(error.exit).toBe('unreachable')
    expect(error.message).toMatch(/^the SSH key exchange with 127\.0\.0\.1:\d+ failed$/)
    expect(error.details.evidence).toMatch(/signature verification failed/i)
  } finally {
    sshd.stop()
  }
})

it('rejects a certificate that was changed or cut short', () => {
  const line = readFileSync(certify({ options: ['-h', '-n', 'h1'] }).file, 'utf8')
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64')
  const fault = (bytes: Buffer) => {
    const { certificate } = shownKey(bytes) ?? {}
    return certificate && certificateFault(certificate, 'h1')
  }
  const whole = shownKey(blob)
  expect(whole?.certificate && certificateFault(whole.certificate, 'h1')).toBeUndefined()
  // byte 44 is in the nonce, which follows the type and its own length
  const changed = Buffer.from(blob)
  changed[44] = (changed[44] ?? 0) ^ 1
  expect(fault(changed)).toMatch(/^its signature is wrong/)
  const forged = Buffer.from(blob)
  forged[blob.length - 1] = (forged[blob.length - 1] ?? 0) ^ 1
  expect(fault(forged)).toMatch(/^its signature is wrong/)
  // the wrong signature is reported rather than the wrong name, which nobody has signed
  const { certificate } = shownKey(forged) ?? {}
  expect(certificate && certificateFault(certificate, 'other')).toMatch(/^its signature is wrong/)
  for (let length = 36; length < blob.length; length++)
    expect(shownKey(blob.subarray(0, length)), `${length} bytes`).toBeUndefined()
})

it('rejects an ECDSA signature whose numbers are cut short', () => {
  const { file } = certify({ authority: 'ecdsa', options: ['-h', '-n', 'h1'] })
  const blob = Buffer.from(readFileSync(file, 'utf8').split(' ')[1] ?? '', 'base64')
  const { certificate } = shownKey(blob) ?? {}
  if (!certificate) throw new Error('ssh-keygen made no certificate')
  expect(certificateFault(certificate, 'h1')).toBeUndefined()
  // overwrites the length of the first number
  certificate.signature.writeUInt32BE(0xffffffff, 0)
  expect(certificateFault(certificate, 'h1')).toMatch(/^its signature is wrong/)
})

it('rejects a certificate for users', () => {
  const line = readFileSync(certify({ options: ['-n', 'h1'] }).file, 'utf8')
  const { certificate } = shownKey(Buffer.from(line.split(' ')[1] ?? '', 'base64')) ?? {}
  expect(certificate && certificateFault(certificate, 'h1')).toBe('it is not one for hosts')
})

/** Whether OpenSSH's own client logs in. */
function sshLetsIn(
  { port, keyFiles, knownHostsFiles, hostKeyAlias }: Target,
  lists: Case['lists'] = {},
): boolean {
  const options = [
    `UserKnownHostsFile=${knownHostsFiles[0]}`,
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'GlobalKnownHostsFile=none',
    ...(hostKeyAlias ? [`HostKeyAlias=${hostKeyAlias}`] : []),
    ...Object.entries(lists).map(([keyword, list]) => `${keyword}=${list}`),
  ].flatMap((option) => ['-o', option])
  try {
    execFileSync(
      'ssh',
      ['-F', 'none', ...options, '-i', keyFiles[0] ?? '', '-p', String(port), 'root@127.0.0.1', 'true'],
      { stdio: 'ignore' },
    )
    return true
  } catch {
    return false
  }
}
