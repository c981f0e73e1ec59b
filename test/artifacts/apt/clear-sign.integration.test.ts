import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clearSign, publicKeyring } from '../../../src/artifacts/apt/clear-sign.ts'
import { derivedKey } from '../../../src/artifacts/apt/derived-key.ts'

const TEXT = 'Origin: test\nSHA256:\n abc 1 Packages\n'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-sign-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What gpgv says about a signed text, with its exit code. */
function verified(signed: string, keyring: Buffer) {
  writeFileSync(join(folder, 'InRelease'), signed)
  writeFileSync(join(folder, 'key.gpg'), keyring)
  const args = [
    '--keyring',
    join(folder, 'key.gpg'),
    '--output',
    join(folder, 'out'),
    join(folder, 'InRelease'),
  ]
  const { status, stderr } = spawnSync('gpgv', args, { encoding: 'utf8' })
  return { status, says: stderr }
}

it('gpgv takes the signature and gives the text back', () => {
  const key = derivedKey('a')
  const { status, says } = verified(clearSign(key, TEXT), publicKeyring(key))
  expect(says).toContain('Good signature from "a bundle of convecthub"')
  expect(status).toBe(0)
  expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(TEXT)
})

it('gpgv refuses a changed text, and the key of another bundle', () => {
  const key = derivedKey('a')
  const signed = clearSign(key, TEXT)
  expect(verified(signed.replace('abc', 'abd'), publicKeyring(key))).toMatchObject({
    status: 1,
    says: expect.stringContaining('BAD signature'),
  })
  expect(verified(signed, publicKeyring(derivedKey('b')))).toMatchObject({ status: 2 })
})

it('gpg knows the key as one of 3072 bits that signs, certified by itself', () => {
  writeFileSync(join(folder, 'key.gpg'), publicKeyring(derivedKey('a')))
  const home = ['--homedir', folder, '--batch', '--quiet']
  execFileSync('gpg', [...home, '--import', join(folder, 'key.gpg')], { stdio: 'pipe' })
  const listed = execFileSync('gpg', [...home, '--with-colons', '--check-sigs'], { stdio: 'pipe' }).toString()
  expect(listed).toMatch(/^pub:-:3072:1:[0-9A-F]{16}:1704067200:::-:::s?cSC:/im)
  expect(listed).toMatch(/^sig:!:/m)
})

it('the same content gives the same bytes, another one another key', () => {
  const bytes = (text: string) => clearSign(derivedKey(text), TEXT)
  expect(bytes('a')).toBe(bytes('a'))
  expect(bytes('a')).not.toBe(bytes('b'))
})
