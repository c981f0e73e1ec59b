import { createPrivateKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import ssh2, { type ParsedKey } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { quote } from '../sh.ts'
import { systemReason } from '../system-error.ts'
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

/** A key file: its text, and the key in it unless that is encrypted. */
export interface KeyFile {
  text: Buffer
  key: ParsedKey | undefined
}

/**
 * Refuses a private key of the user's own that others can read, as ssh(1) does (authfile.c, sshkey_perm_ok). Error:
 * KEY_FILE.
 */
export function refuseReadable(path: string, file = path): void {
  const { uid, mode } = statSync(file)
  if (uid === process.getuid?.() && (mode & 0o077) !== 0)
    throw new ConvecthubError('KEY_FILE', `other users can read or change the private key ${path}`, {
      hint: `ssh does not use it either; first: chmod 600 ${quote(file)}`,
    })
}

/** Reads a key file. Error: KEY_FILE when it cannot be read, has no private key in it, or when others can read it. */
export function readKeyFile(path: string): KeyFile {
  const file = expandHome(path)
  let text: Buffer
  try {
    text = readFileSync(file)
  } catch (cause) {
    const relative = isAbsolute(file) ? '' : '; a relative path counts from the current folder'
    throw new ConvecthubError('KEY_FILE', `the private key ${path} cannot be read: ${systemReason(cause)}`, {
      cause,
      hint: `correct its path: ansible_ssh_private_key_file, IdentityFile of ssh's configuration, or --key of init${relative}`,
    })
  }
  const parsed = parsePrivateKey(text)
  if ('broken' in parsed)
    throw new ConvecthubError('KEY_FILE', `${path} is not a private key`, {
      evidence: parsed.broken,
      hint: 'give a private key as ssh-keygen writes it',
    })
  refuseReadable(path, file)
  return { text, key: 'key' in parsed ? parsed.key : undefined }
}
