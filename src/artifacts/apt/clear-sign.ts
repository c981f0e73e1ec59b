import { createHash, sign } from 'node:crypto'
import { bytesOf, type RsaKey } from './derived-key.ts'

/** When keys and signatures say that they were made: always the same, and long ago, whatever a host's clock shows. */
const MADE = Date.UTC(2024, 0, 1) / 1000

const USER_ID = Buffer.from('a bundle of convecthub')

/** Numbers of RFC 4880: of packets (4.3), algorithms (9.1, 9.4), signatures (5.2.1) and their subpackets (5.2.3.1). */
const PACKET = { signature: 2, publicKey: 6, userId: 13 }
const [RSA, SHA512] = [1, 10]
const SIGNATURE = { text: 0x01, certification: 0x13 }
const [MADE_AT, ISSUER, KEY_FLAGS, ISSUER_FINGERPRINT] = [2, 16, 27, 33]
const MAY_CERTIFY_AND_SIGN = 0x03

/** The public key as a binary OpenPGP keyring. */
export function publicKeyring(key: RsaKey): Buffer {
  const body = publicKey(key)
  const certified = [hashedKey(body), Buffer.from([0xb4]), uint32(USER_ID.length), USER_ID]
  return Buffer.concat([
    packet(PACKET.publicKey, body),
    packet(PACKET.userId, USER_ID),
    signature(key, SIGNATURE.certification, Buffer.concat(certified)),
  ])
}

/** Signs a text as `gpg --clearsign` does (RFC 4880, 7). Its lines must neither begin with `-` nor end with blanks. */
export function clearSign(key: RsaKey, text: string): string {
  const lines = text.replace(/\n$/, '').split('\n')
  if (lines.some((line) => /^-|\s$/.test(line)))
    throw new Error('a line of this text cannot be signed as it is')
  const signed = signature(key, SIGNATURE.text, Buffer.from(lines.join('\r\n')))
  const sum = uint32(crc24(signed)).subarray(1).toString('base64')
  return [
    '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n',
    ...lines,
    '-----BEGIN PGP SIGNATURE-----\n',
    ...(signed.toString('base64').match(/.{1,64}/g) ?? []),
    `=${sum}\n-----END PGP SIGNATURE-----\n`,
  ].join('\n')
}

function publicKey({ modulus, exponent }: RsaKey): Buffer {
  return Buffer.concat([
    Buffer.from([4]),
    uint32(MADE),
    Buffer.from([RSA]),
    integer(modulus),
    integer(exponent),
  ])
}

/** A signature packet of version 4 (RFC 4880, 5.2.3 and 5.2.4). */
function signature(key: RsaKey, type: number, data: Buffer): Buffer {
  const fingerprint = createHash('sha1')
    .update(hashedKey(publicKey(key)))
    .digest()
  const hashed = Buffer.concat([
    subpacket(MADE_AT, uint32(MADE)),
    subpacket(ISSUER_FINGERPRINT, Buffer.from([4, ...fingerprint])),
    subpacket(KEY_FLAGS, Buffer.from([MAY_CERTIFY_AND_SIGN])),
  ])
  const unhashed = subpacket(ISSUER, fingerprint.subarray(-8))
  const head = Buffer.concat([Buffer.from([4, type, RSA, SHA512]), uint16(hashed.length), hashed])
  const whole = Buffer.concat([data, head, Buffer.from([4, 0xff]), uint32(head.length)])
  return packet(
    PACKET.signature,
    Buffer.concat([
      head,
      uint16(unhashed.length),
      unhashed,
      createHash('sha512').update(whole).digest().subarray(0, 2),
      integer(BigInt(`0x${sign('sha512', whole, key.key).toString('hex')}`)),
    ]),
  )
}

const hashedKey = (body: Buffer) => Buffer.concat([Buffer.from([0x99]), uint16(body.length), body])

const packet = (tag: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0xc0 | tag, 0xff]), uint32(body.length), body])

const subpacket = (type: number, body: Buffer) => Buffer.from([body.length + 1, type, ...body])

/** A number with its length in bits before it (RFC 4880, 3.2). */
const integer = (number: bigint) => Buffer.concat([uint16(number.toString(2).length), bytesOf(number)])

function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(number)
  return bytes
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** The checksum of an armoured text (RFC 4880, 6.1). */
function crc24(data: Buffer): number {
  let sum = 0xb704ce
  for (const byte of data) {
    sum ^= byte << 16
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x800000 ? ((sum << 1) ^ 0x864cfb) & 0xffffff : sum << 1
  }
  return sum
}
