import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { oneLine } from '../printable.ts'
import { quote } from '../sh.ts'
import { BUNDLE_LOCK } from './bundle-lock.ts'

/** The file with the signature of a bundle's lock, and so of all its files: the signer's public key, the signature. */
export const SIGNATURE = `${BUNDLE_LOCK}.sig`

/** What an Ed25519 key of OpenSSH begins with: the length of the type, the type, the length of the key (RFC 8709). */
const HEAD = Buffer.from('0000000b7373682d6564323535313900000020', 'hex')

/** Bytes of an Ed25519 key. */
const SIZE = 32

/**
 * Reads an Ed25519 public key, as in a .pub file of ssh-keygen, with or without its type and comment, or as PEM.
 * Undefined for anything else.
 */
export function readPublicKey(text: string): KeyObject | undefined {
  if (text.includes('-----BEGIN PUBLIC KEY-----')) return ed25519(text)
  const [, base64 = ''] = /^(?:ssh-ed25519\s+)?(AAAA[\w+/]+=*)(?:\s.*)?$/.exec(text.trim()) ?? []
  const data = Buffer.from(base64, 'base64')
  if (data.length !== HEAD.length + SIZE || !data.subarray(0, HEAD.length).equals(HEAD)) return undefined
  const x = data.subarray(HEAD.length).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

function ed25519(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

/** The public key that a setting or an option gives, or a file of that name. Error: USAGE for anything else. */
export function trustedKey(text: string, called = oneLine(text).slice(0, 80)): KeyObject {
  const key = readPublicKey(text)
  if (key) return key
  throw new ConvecthubError('USAGE', `${called} is not an Ed25519 public key`, {
    hint: 'name the .pub file that `ssh-keygen -t ed25519` wrote, or its first two words',
  })
}

/** An Ed25519 public key as ssh-keygen writes it, without a comment. */
export function publicKeyLine(key: KeyObject): string {
  const { x = '' } = key.export({ format: 'jwk' })
  return `ssh-ed25519 ${Buffer.concat([HEAD, Buffer.from(x, 'base64url')]).toString('base64')}`
}

/** Signs the lock of a bundle with an Ed25519 private key. Returns the public key. */
export function signBundle(folder: string, key: KeyObject): string {
  const line = publicKeyLine(createPublicKey(key))
  const signature = sign(null, readFileSync(join(folder, BUNDLE_LOCK)), key).toString('base64')
  writeFileSync(join(folder, SIGNATURE), `${line}\n${signature}\n`)
  return line
}

/**
 * Checks that the text of a bundle's lock was signed with the `trusted` key. Error: BUNDLE_SIGNATURE when it is not
 * signed, signed with another key, or changed since.
 */
export function checkSignature(folder: string, lock: Buffer, trusted: KeyObject): void {
  const [line, signature] = signatureOf(folder)
  const wanted = publicKeyLine(trusted)
  const refused = (why: string, hint: string) =>
    new ConvecthubError('BUNDLE_SIGNATURE', `the bundle in ${folder} ${why}`, { hint })
  if (line === undefined || signature === undefined)
    throw refused(
      'is not signed',
      `take the ${SIGNATURE} that came with it; whoever makes it writes it: convecthub bundle sign ${quote(folder)} --key KEY`,
    )
  if (line !== wanted)
    throw refused(
      `is signed with another key: ${line}`,
      `${wanted} is trusted; if the other key is right, name that one`,
    )
  if (!verify(null, lock, trusted, Buffer.from(signature, 'base64')))
    throw refused(
      `has a signature that does not fit its ${BUNDLE_LOCK}`,
      'it was changed after it was signed: copy the bundle again, or have it signed again',
    )
}

function signatureOf(folder: string): string[] {
  try {
    return readFileSync(join(folder, SIGNATURE), 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}
