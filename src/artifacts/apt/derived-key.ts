import { checkPrimeSync, createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto'

/** An RSA key. The numbers are what a public key consists of. */
export interface RsaKey {
  key: KeyObject
  modulus: bigint
  exponent: bigint
}

const EXPONENT = 65537n

/** Length of a prime, bytes: two of them are a key of 3072 bits, of which every gpgv can check signatures. */
const PRIME = 192

/**
 * Makes an RSA key from a text; the same text gives the same key. Whoever knows the text knows the private key, so its
 * signatures prove nothing where the text is public.
 */
export function derivedKey(text: string): RsaKey {
  const p = derivedPrime(text, 'p')
  const q = derivedPrime(text, 'q')
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const modulus = p * q
  const numbers = { n: modulus, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const jwk = Object.fromEntries(
    Object.entries(numbers).map(([name, number]) => [name, bytesOf(number).toString('base64url')]),
  )
  return {
    key: createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' }),
    modulus,
    exponent: EXPONENT,
  }
}

/** A positive number as bytes, the highest first. */
export function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

/** The first prime in an endless row of numbers that the text begins. */
function derivedPrime(text: string, name: string): bigint {
  for (let count = 0; ; count++) {
    const bytes = Buffer.from(hkdfSync('sha512', text, '', `${name} ${count}`, PRIME))
    // the highest two bits make the product of two primes as long as it should be
    bytes.writeUInt8(bytes.readUInt8(0) | 0xc0, 0)
    bytes.writeUInt8(bytes.readUInt8(PRIME - 1) | 1, PRIME - 1)
    const number = BigInt(`0x${bytes.toString('hex')}`)
    if (checkPrimeSync(number) && (number - 1n) % EXPONENT !== 0n) return number
  }
}

/** The inverse of a number modulo another, by the extended Euclidean algorithm. */
function inverse(number: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulus, number % modulus, 0n, 1n]
  while (b > 0n) {
    const times = a / b
    ;[a, b, x, y] = [b, a - times * b, y, x - times * y]
  }
  return x < 0n ? x + modulus : x
}
