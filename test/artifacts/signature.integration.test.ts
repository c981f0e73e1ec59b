import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadBundle } from '../../src/artifacts/load-bundle.ts'
import { checkSignature, publicKeyLine, readPublicKey, signBundle } from '../../src/artifacts/signature.ts'

let folder: string
const lock = () => readFileSync(join(folder, 'bundle.lock.yaml'))
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-signature-'))
  writeFileSync(join(folder, 'bundle.lock.yaml'), 'version: 2\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')

const check = (trusted: KeyObject) => () => checkSignature(folder, lock(), trusted)

it('accepts what was signed with the trusted key', () => {
  const line = signBundle(folder, privateKey)
  expect(check(publicKey)).not.toThrow()
  expect(readPublicKey(line)?.equals(publicKey)).toBe(true)
})

it.each([
  { what: 'no signature', change: () => {}, message: /is not signed/ },
  {
    what: 'the signature of another key',
    change: () => signBundle(folder, other.privateKey),
    message: /is signed with another key: ssh-ed25519 /,
  },
  {
    what: 'a lock that was changed since',
    change: () => {
      signBundle(folder, privateKey)
      appendFileSync(join(folder, 'bundle.lock.yaml'), '#')
    },
    message: /does not fit/,
  },
  {
    what: "the trusted key over another one's signature",
    change: () => {
      signBundle(folder, other.privateKey)
      const [, signature] = readFileSync(join(folder, 'bundle.lock.yaml.sig'), 'utf8').split('\n')
      writeFileSync(join(folder, 'bundle.lock.yaml.sig'), `${publicKeyLine(publicKey)}\n${signature}\n`)
    },
    message: /does not fit/,
  },
])('refuses $what', ({ change, message }) => {
  change()
  expect(check(publicKey)).toThrow(
    expect.objectContaining({ code: 'BUNDLE_SIGNATURE', message: expect.stringMatching(message) }),
  )
})

it('reads no file of a bundle that is not signed with the trusted key', async () => {
  await expect(loadBundle(folder, { trusted: publicKey })).rejects.toMatchObject({ code: 'BUNDLE_SIGNATURE' })
  signBundle(folder, privateKey)
  // its lock is read only now: it lacks all that a lock needs
  await expect(loadBundle(folder, { trusted: publicKey })).rejects.toMatchObject({
    errors: expect.arrayContaining([expect.objectContaining({ code: 'BUNDLE_LOCK' })]),
  })
})

it('reads the keys of ssh-keygen and openssl', () => {
  const file = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'who made it', '-f', file])
  const text = readFileSync(`${file}.pub`, 'utf8')
  const key = readPublicKey(text)
  expect(key && publicKeyLine(key)).toBe(text.split(' ').slice(0, 2).join(' '))
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  expect(readPublicKey(pem)?.equals(publicKey)).toBe(true)
  expect(readPublicKey(publicKeyLine(publicKey).split(' ')[1] ?? '')?.equals(publicKey)).toBe(true)
  expect(
    createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))).equals(publicKey),
  ).toBe(true)
})

it.each([
  '',
  'x',
  'ssh-ed25519',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA',
])('%j is no key', (text) => {
  expect(readPublicKey(text)).toBeUndefined()
})
