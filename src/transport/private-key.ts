import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import ssh2, { type ParsedKey } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { expandHome } from './target.ts'

/** The result of parsing a private key. `broken`: why it cannot be parsed. */
export type PrivateKey = { key: ParsedKey } | { encrypted: true } | { broken: string }

/**
 * Parses a private key in any format that ssh-keygen writes (OpenSSH, PEM, PKCS8). An encrypted key without its
 * passphrase, or with a wrong one, is `encrypted`.
 */
export function parsePrivateKey(text: Buffer, passphrase?: Secret): PrivateKey {
  const parsed = ssh2.utils.parseKey(text, passphrase?.reveal())
  if (!(parsed instanceof Error)) {
    const key = Array.isArray(parsed) ? parsed[0] : parsed
    if (!key?.isPrivateKey()) return { broken: 'it is a public key' }
    try {
      // ssh2 does not validate the key before it signs, so let node do it
      createPrivateKey(key.getPrivatePEM())
      return { key }
    } catch (error) {
      return { broken: (error as Error).message }
    }
  }
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text.toString('latin1'))) return pkcs8(text, passphrase)
  return /encrypted|passphrase|integrity check|bad decrypt|checks did not match/i.test(parsed.message)
    ? { encrypted: true }
    : { broken: parsed.message }
}

/** ssh2 cannot read PKCS8, so node converts it to a format that ssh2 knows. */
function pkcs8(text: Buffer, passphrase: Secret | undefined): PrivateKey {
  if (text.includes('BEGIN ENCRYPTED') && !passphrase) return { encrypted: true }
  try {
    const key = createPrivateKey({ key: text, ...(passphrase && { passphrase: passphrase.reveal() }) })
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1'
    return parsePrivateKey(Buffer.from(key.export({ format: 'pem', type })))
  } catch (error) {
    return text.includes('BEGIN ENCRYPTED') ? { encrypted: true } : { broken: (error as Error).message }
  }
}

/** Reads a key file. Error: KEY_FILE. */
export function readKeyFile(path: string): Buffer {
  try {
    return readFileSync(expandHome(path))
  } catch (cause) {
    throw new ConvecthubError('KEY_FILE', `the private key ${path} cannot be read`, {
      cause,
      evidence: (cause as Error).message,
      hint: 'correct ansible_ssh_private_key_file; a relative path counts from the current folder',
    })
  }
}
