import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  fingerprint,
  hostKeyPlace,
  keyType,
  knownHosts,
  knownHostsLine,
} from '../../src/transport/known-hosts.ts'
import { type KeyPair, makeKey } from './helpers/keys.ts'

let folder: string
let key: KeyPair
let other: KeyPair

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-known-'))
  key = makeKey(join(folder, 'key'))
  other = makeKey(join(folder, 'other'), 'ecdsa')
})
afterAll(() => rmSync(folder, { recursive: true }))

const H1 = hostKeyPlace({ address: 'h1', port: 22 })

const wire = ({ line }: KeyPair) => Buffer.from(line.split(' ')[1] ?? '', 'base64')

function hashed(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

// ssh-keygen -F finds the same entries as ssh
it.each([
  ['h1', 'h1', 22, true],
  ['h1', 'h10', 22, false],
  ['h1', 'H1', 22, true],
  ['H1.Example', 'h1.example', 22, true],
  ['a,h1,b', 'h1', 22, true],
  ['a,b', 'h1', 22, false],
  ['10.0.0.*', '10.0.0.7', 22, true],
  ['10.0.0.*', '10a0.0.7', 22, false],
  ['10.0.0.?', '10.0.0.7', 22, true],
  ['10.0.0.?', '10.0.0.77', 22, false],
  ['*', 'anything', 22, true],
  ['!h1,*', 'h1', 22, false],
  ['*,!h1', 'h1', 22, false],
  ['!h1,*', 'h2', 22, true],
  ['!h1', 'h2', 22, false],
  ['[h1]:2222', 'h1', 2222, true],
  ['[h1]:2222', 'h1', 22, false],
  ['[h1]:2222', 'h1', 2223, false],
  ['[h1]:*', 'h1', 2223, true],
  ['fe80::1', 'fe80::1', 22, true],
  ['[fe80::1]:2222', 'fe80::1', 2222, true],
  ['h(1)', 'h(1)', 22, true],
  ['h.1', 'hx1', 22, false],
])('matches %s with %s port %d as ssh-keygen does: %s', (names, address, port, found) => {
  const line = `${names} ${key.line}\n`
  const file = join(folder, 'known')
  writeFileSync(file, line)
  const name = port === 22 ? address : `[${address}]:${port}`
  let oracle = true
  try {
    execFileSync('ssh-keygen', ['-F', name, '-f', file], { stdio: 'ignore' })
  } catch {
    oracle = false
  }
  expect(oracle, 'ssh-keygen -F').toBe(found)
  expect(knownHosts(line).check(hostKeyPlace({ address, port }), { key: wire(key) }).verdict).toBe(
    found ? 'known' : 'unknown',
  )
})

it.each([
  { what: 'nothing', lines: () => [], verdict: 'unknown', types: [] },
  { what: 'the key', lines: () => [`h1 ${key.line}`], verdict: 'known', types: ['ssh-ed25519'] },
  {
    what: 'the key and a comment',
    lines: () => [`h1 ${key.line} me@there`],
    verdict: 'known',
    types: ['ssh-ed25519'],
  },
  {
    what: 'tabs',
    lines: () => [`h1\t${key.line.replace(' ', '\t')}`],
    verdict: 'known',
    types: ['ssh-ed25519'],
  },
  {
    what: 'another key',
    lines: () => [`h1 ${other.line}`],
    verdict: 'changed',
    types: ['ecdsa-sha2-nistp256'],
  },
  {
    what: 'the key and another one',
    lines: () => [`h1 ${other.line}`, `h1 ${key.line}`],
    verdict: 'known',
    types: ['ecdsa-sha2-nistp256', 'ssh-ed25519'],
  },
  {
    what: 'the key twice',
    lines: () => [`h1 ${key.line}`, `h1,h2 ${key.line}`],
    verdict: 'known',
    types: ['ssh-ed25519'],
  },
  { what: 'the key as revoked', lines: () => [`@revoked h1 ${key.line}`], verdict: 'revoked', types: [] },
  {
    what: 'the key as revoked for all and known for this host',
    lines: () => [`h1 ${key.line}`, `@revoked * ${key.line}`],
    verdict: 'revoked',
    types: ['ssh-ed25519'],
  },
  {
    what: 'another key as revoked',
    lines: () => [`@revoked h1 ${other.line}`, `h1 ${key.line}`],
    verdict: 'known',
    types: ['ssh-ed25519'],
  },
  {
    what: 'only an authority',
    lines: () => [`@cert-authority h1 ${other.line}`],
    verdict: 'unknown',
    types: [
      'ssh-ed25519-cert-v01@openssh.com',
      'ecdsa-sha2-nistp256-cert-v01@openssh.com',
      'ecdsa-sha2-nistp384-cert-v01@openssh.com',
      'ecdsa-sha2-nistp521-cert-v01@openssh.com',
      'rsa-sha2-512-cert-v01@openssh.com',
      'rsa-sha2-256-cert-v01@openssh.com',
    ],
  },
  {
    what: 'a hashed name',
    lines: () => [`${hashed('h1')} ${key.line}`],
    verdict: 'known',
    types: ['ssh-ed25519'],
  },
  {
    what: 'the hashed name of another host',
    lines: () => [`${hashed('h2')} ${key.line}`],
    verdict: 'unknown',
    types: [],
  },
  {
    what: 'a broken hash',
    lines: () => [`|1|x ${key.line}`, `|1| ${key.line}`],
    verdict: 'unknown',
    types: [],
  },
  {
    what: 'half a line',
    lines: () => ['h1', 'h1 ssh-ed25519', '@revoked', ''],
    verdict: 'unknown',
    types: [],
  },
  {
    what: 'a comment',
    lines: () => [`#h1 ${key.line}`, `  # h1 ${key.line}`],
    verdict: 'unknown',
    types: [],
  },
])('on file: $what → $verdict', ({ lines, verdict, types }) => {
  for (const end of ['\n', '\r\n']) {
    const known = knownHosts(lines().join(end) + end)
    expect(known.check(H1, { key: wire(key) }).verdict).toBe(verdict)
    expect(known.types(H1)).toEqual(types)
  }
})

it('prefers keys on file with the port, and uses those without it only to confirm a key', () => {
  const place = hostKeyPlace({ address: 'h1', port: 2222 })
  const both = knownHosts(`[h1]:2222 ${other.line}\nh1 ${key.line}\n`)
  expect(both.types(place)).toEqual(['ecdsa-sha2-nistp256'])
  expect(both.check(place, { key: wire(key) }).verdict).toBe('changed')
  const bare = knownHosts(`h1 ${key.line}\n`)
  expect(bare.types(place)).toEqual(['ssh-ed25519'])
  expect(bare.check(place, { key: wire(key) }).verdict).toBe('known')
  expect(bare.check(place, { key: wire(other) }).verdict).toBe('unknown')
})

it('looks up an alias as it is, brackets included', () => {
  const alias = hostKeyPlace({ address: 'h1', port: 22, hostKeyAlias: '[bastion]:2222' })
  const check = (line: string) => knownHosts(`${line}\n`).check(alias, { key: wire(key) }).verdict
  expect(check(`[bastion]:2222 ${key.line}`)).toBe('known')
  expect(check(`bastion ${key.line}`)).toBe('unknown')
  expect(check(`h1 ${key.line}`)).toBe('unknown')
})

it('ignores case in names, hashed or not', () => {
  const place = hostKeyPlace({ address: 'H1', port: 22 })
  for (const names of ['h1', 'H1', 'h?', hashed('h1')])
    expect(knownHosts(`${names} ${key.line}\n`).check(place, { key: wire(key) }).verdict).toBe('known')
})

it('gives the same fingerprints and types as ssh-keygen', () => {
  for (const one of [key, other]) {
    expect(fingerprint(wire(one))).toBe(one.fingerprint)
    expect(keyType(wire(one))).toBe(one.line.split(' ')[0])
  }
  const { evidence } = knownHosts(`h1 ${other.line}\n`).check(H1, { key: wire(key) })
  expect(evidence).toContain(other.fingerprint)
})

it.each([
  ['h1', 22, 'h1'],
  ['h1', 2222, '[h1]:2222'],
  ['fe80::1', 2222, '[fe80::1]:2222'],
] as const)('writes a line for %s port %d that begins with %s, and finds it again', (address, port, name) => {
  const line = knownHostsLine(name, wire(key))
  expect(line).toBe(`${name} ${key.line}\n`)
  expect(knownHosts(line).check(hostKeyPlace({ address, port }), { key: wire(key) }).verdict).toBe('known')
})
