import { createHash, createHmac } from 'node:crypto'
import type { Secret } from './secret.ts'

/** sha256 of a text (as UTF-8) or bytes, in lower-case hex. */
export function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** HMAC-SHA256 of a text, in lower-case hex. Without the key, nobody can test guesses of the text (RFC 2104). */
export function keyedDigest(key: Secret, text: string): string {
  return createHmac('sha256', key.reveal()).update(text).digest('hex')
}
