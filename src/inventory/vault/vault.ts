import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import type { Origin } from '../../errors.ts'
import type { Secret } from '../../secret.ts'
import { problem } from '../problems.ts'

/** The start of every text encrypted by ansible-vault. */
export const VAULT_HEADER = '$ANSIBLE_VAULT;'

// Constants of the format, in bytes. PBKDF2-SHA256 derives a cipher key, an HMAC key and the first counter block.
const ROUNDS = 10_000
const KEY = 32
const BLOCK = 16

/**
 * Decrypts a text of ansible-vault's format 1.1 or 1.2 (AES256).
 * @throws INVENTORY_VAULT for other formats and damaged texts, INVENTORY_VAULT_PASSWORD for a wrong password.
 */
export function openVaultText(text: string, password: Secret, origin: Origin): Buffer {
  const wrong = (message: string, hint: string) => problem('INVENTORY_VAULT', message, { origin, hint })
  const [header = '', ...body] = text.trim().split(/\r\n|\n|\r/)
  const [, version = '', cipher = ''] = header.trim().split(';')
  if (!header.startsWith(VAULT_HEADER) || !['1.1', '1.2'].includes(version) || cipher !== 'AES256') {
    throw wrong('the vaulted text has an unknown header', 'expected $ANSIBLE_VAULT;1.1;AES256 or 1.2')
  }
  const parts = fromHex(body.map((line) => line.trim()).join(''))
    ?.toString('latin1')
    .split('\n')
  const [salt, hmac, ciphertext] = (parts ?? []).map(fromHex)
  if (parts?.length !== 3 || !salt || !hmac || !ciphertext || ciphertext.length % BLOCK !== 0) {
    throw wrong('the vaulted text is damaged', 'encrypt it again with ansible-vault')
  }
  const derived = pbkdf2Sync(password.reveal(), salt, ROUNDS, KEY * 2 + BLOCK, 'sha256')
  const expected = createHmac('sha256', derived.subarray(KEY, KEY * 2))
    .update(ciphertext)
    .digest()
  if (expected.length !== hmac.length || !timingSafeEqual(expected, hmac)) {
    throw problem(
      'INVENTORY_VAULT_PASSWORD',
      'the vault password does not open this, or the text was changed',
      { origin },
    )
  }
  const decipher = createDecipheriv('aes-256-ctr', derived.subarray(0, KEY), derived.subarray(KEY * 2))
  const padded = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  // PKCS#7 padding: the last byte is the number of bytes to remove.
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
}

function fromHex(text: string): Buffer | undefined {
  return /^(?:[0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : undefined
}
