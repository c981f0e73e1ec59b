import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { systemReason } from '../system-error.ts'
import { parsePrivateKey, refuseReadable } from '../transport/private-key.ts'
import { askSecret } from '../ui/ask.ts'

const MAKE = 'name a private key, or make one: ssh-keygen -t ed25519 -f bundle-key'

/**
 * Reads an Ed25519 private key, as OpenSSH or PEM, and asks for its passphrase where it has one. Errors: KEY_FILE;
 * KEY_ENCRYPTED for a wrong passphrase; those of askSecret.
 */
export async function readSigningKey(path: string): Promise<KeyObject> {
  const text = textOf(path)
  const first = parsed(text)
  const found = 'encrypted' in first ? parsed(text, await askSecret(`passphrase of ${path}: `)) : first
  if ('encrypted' in found)
    throw new ConvecthubError('KEY_ENCRYPTED', `the private key ${path} cannot be used: wrong passphrase`, {
      hint: 'run the same command again, and type its passphrase',
    })
  if ('broken' in found)
    throw new ConvecthubError('KEY_FILE', `${path} is not a private key`, {
      evidence: found.broken,
      hint: MAKE,
    })
  refuseReadable(path)
  const type = found.key.asymmetricKeyType
  if (type === 'ed25519') return found.key
  throw new ConvecthubError(
    'KEY_FILE',
    `${path} is a key of the type ${type}; bundles are signed with Ed25519`,
    {
      hint: MAKE,
    },
  )
}

function textOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = systemReason(cause)
    throw new ConvecthubError('KEY_FILE', `the private key ${path} cannot be read: ${reason}`, {
      cause,
      hint: MAKE,
    })
  }
}

type Parsed = { key: KeyObject } | { encrypted: true } | { broken: string }

function parsed(text: Buffer, passphrase?: Secret): Parsed {
  const pem = text.toString('latin1')
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(pem)) {
    try {
      return { key: createPrivateKey({ key: text, ...(passphrase && { passphrase: passphrase.reveal() }) }) }
    } catch (error) {
      return pem.includes('BEGIN ENCRYPTED') ? { encrypted: true } : { broken: Object(error).message }
    }
  }
  const found = parsePrivateKey(text, passphrase)
  return 'key' in found ? { key: createPrivateKey(found.key.getPrivatePEM()) } : found
}
