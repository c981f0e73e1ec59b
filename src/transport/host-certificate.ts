import { verify } from 'node:crypto'
import ssh2 from 'ssh2'
import { matchesPattern } from '../ssh-pattern.ts'

/** A host's public key in wire format, with its certificate if it showed one. */
export interface ShownKey {
  key: Buffer
  certificate?: HostCertificate
}

/** A host certificate: an authority's signature on a host's key (OpenSSH's PROTOCOL.certkeys). */
export interface HostCertificate {
  /** The authority's public key, in wire format. */
  authority: Buffer
  forHost: boolean
  /** Host names or patterns. */
  principals: readonly string[]
  /** Unix times, s. */
  validAfter: bigint
  validBefore: bigint
  critical: boolean
  /** The bytes that the signature covers. */
  signed: Buffer
  algorithm: string
  signature: Buffer
}

const ECDSA = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']

/** Algorithms that a host with a certificate may sign with, best first. */
export const CERTIFIED: readonly string[] = ['ssh-ed25519', ...ECDSA, 'rsa-sha2-512', 'rsa-sha2-256']

/** Number of fields in a public key of each type that may be certified. */
const FIELDS = new Map([['ssh-ed25519', 1], ...[...ECDSA, 'ssh-rsa'].map((type) => [type, 2] as const)])

const CERTIFICATE = '-cert-v01@openssh.com'

/** The name of the certificate variant of an algorithm or key type. */
export const certificateOf = (plain: string): string => `${plain}${CERTIFICATE}`

/** The plain name of a certificate's algorithm or key type. Undefined when it is not a certificate's. */
export const withoutCertificate = (name: string): string | undefined =>
  name.endsWith(CERTIFICATE) ? name.slice(0, -CERTIFICATE.length) : undefined

/** Algorithms that authorities may sign with by default, and the hash that each is verified with. */
const SIGNATURES: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'rsa-sha2-512': 'sha512',
  'rsa-sha2-256': 'sha256',
}
export const CA_SIGNATURES: readonly string[] = Object.keys(SIGNATURES)

const FOR_HOST = 2

/** Parses the key that a host showed. Undefined when it is cut short or its type is malformed. */
export function shownKey(blob: Buffer): ShownKey | undefined {
  return unlessCutShort(() => {
    const reader = new Reader(blob)
    const type = reader.text()
    // the type is written to known_hosts and to the terminal, so it must be harmless
    if (!/^[a-z0-9@.-]{1,64}$/.test(type)) return undefined
    const plain = withoutCertificate(type)
    const fields = plain && FIELDS.get(plain)
    if (!fields) return { key: blob }
    reader.bytes() // a nonce
    const values = Array.from({ length: fields }, () => reader.bytes())
    return {
      key: Buffer.concat([Buffer.from(plain), ...values].map(withLength)),
      certificate: readCertificate(blob, reader),
    }
  })
}

/** Reads the fields that follow the key. */
function readCertificate(blob: Buffer, reader: Reader): HostCertificate {
  reader.skip(8) // a serial number
  const forHost = reader.number() === FOR_HOST
  reader.bytes() // a name for logs
  const principals = new Reader(reader.bytes()).all()
  const [validAfter, validBefore] = [reader.time(), reader.time()]
  const critical = reader.bytes().length > 0
  reader.bytes() // extensions
  reader.bytes() // reserved
  const authority = reader.bytes()
  const signed = blob.subarray(0, reader.at)
  const signatureReader = new Reader(reader.bytes())
  return {
    ...{ authority, forHost, principals, validAfter, validBefore, critical, signed },
    algorithm: signatureReader.text(),
    signature: signatureReader.bytes(),
  }
}

/**
 * Why a certificate is not valid for this host now, by the rules of OpenSSH 10.3's sshkey_cert_check_host; undefined
 * when it is. `signatures`: the algorithms that authorities may sign with. The signature is checked first, because
 * nothing in an unsigned certificate can be trusted, not even for an error message.
 */
export function certificateFault(
  certificate: HostCertificate,
  host: string,
  signatures: readonly string[] = CA_SIGNATURES,
): string | undefined {
  const { forHost, principals, validAfter, validBefore, critical, algorithm } = certificate
  const second = BigInt(Math.floor(Date.now() / 1000))
  if (!isSigned(certificate)) return 'its signature is wrong, or of a kind that convecthub does not take'
  if (!signatures.includes(algorithm)) return `its authority signs by ${algorithm}`
  if (!forHost) return 'it is not one for hosts'
  if (second < validAfter) return `it is valid from ${date(validAfter)} on`
  if (second >= validBefore) return `it was valid until ${date(validBefore)}`
  // older versions of OpenSSH accept it for any host (CVE-2024-7594)
  if (principals.length === 0) return 'it names no host'
  if (!principals.some((name) => matchesPattern(host.toLowerCase(), name)))
    return `it is for ${principals.join(', ')}`
  return critical ? 'it has options that convecthub does not know' : undefined
}

function isSigned({ authority, signed, algorithm, signature }: HostCertificate): boolean {
  const parsed = ssh2.utils.parseKey(authority)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  const hash = SIGNATURES[algorithm]
  if (!key || key instanceof Error || hash === undefined) return false
  if (key.type !== algorithm && !(key.type === 'ssh-rsa' && algorithm.startsWith('rsa-'))) return false
  const pem = key.getPublicPEM()
  if (!algorithm.startsWith('ecdsa')) return verify(hash, signed, pem, signature)
  const numbers = sideBySide(signature, algorithm)
  return numbers !== undefined && verify(hash, signed, { key: pem, dsaEncoding: 'ieee-p1363' }, numbers)
}

/** The two numbers of an ECDSA signature (RFC 5656 §3.1.2), padded to the curve's length. Undefined when cut short. */
function sideBySide(signature: Buffer, algorithm: string): Buffer | undefined {
  const length = Math.ceil(Number(algorithm.slice(-3)) / 8)
  const reader = new Reader(signature)
  const numbers = unlessCutShort(() => [reader.bytes(), reader.bytes()])
  return (
    numbers &&
    Buffer.concat(
      numbers.map((number) => {
        const digits = number.subarray(Math.max(0, number.length - length))
        return Buffer.concat([Buffer.alloc(length - digits.length), digits])
      }),
    )
  )
}

/** The result of `read`, or undefined where the bytes end too early. */
function unlessCutShort<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function date(seconds: bigint): string {
  const last = 8_640_000_000_000n
  return new Date(Number(seconds < last ? seconds : last) * 1000).toISOString()
}

/** Reads the types of RFC 4251 §5. Throws RangeError where the bytes end too early. */
class Reader {
  at = 0
  readonly #data: Buffer

  constructor(data: Buffer) {
    this.#data = data
  }

  number(): number {
    const value = this.#data.readUInt32BE(this.at)
    this.at += 4
    return value
  }

  time(): bigint {
    const value = this.#data.readBigUInt64BE(this.at)
    this.at += 8
    return value
  }

  bytes(): Buffer {
    const length = this.number()
    const start = this.at
    this.skip(length)
    return this.#data.subarray(start, this.at)
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  /** All remaining strings. */
  all(): string[] {
    const texts: string[] = []
    while (this.at < this.#data.length) texts.push(this.text())
    return texts
  }

  skip(length: number): void {
    this.at += length
    if (this.at > this.#data.length) throw new RangeError('cut short')
  }
}
